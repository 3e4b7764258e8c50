// An MCP server over standard input and output, written for tests: it lists its tools in two pages, notes each start and each
// call in the file MCP_MARKS, and does as its tools' names say.
const { appendFileSync } = require('node:fs')
const { spawn } = require('node:child_process')
const { createInterface } = require('node:readline')

const text = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] }
const none = { type: 'object', properties: {} }
const TOOLS = {
  echo: { inputSchema: text, call: ({ text: said }) => said },
  token: { inputSchema: none, call: () => `${process.env.MCP_TOKEN} ${process.env.MCP_OTHER}` },
  broken: { inputSchema: none, call: () => ({ isError: true, said: 'out of order' }) },
  wrong: { inputSchema: none },
  crash: { inputSchema: none, call: () => process.exit(3) },
  picture: { inputSchema: none, call: () => ({ content: [{ type: 'image', data: 'AAAA', mimeType: 'image/png' }] }) },
  erase: { inputSchema: none, call: () => 'erased' },
}
const mark = (what) => process.env.MCP_MARKS && appendFileSync(process.env.MCP_MARKS, `${what}\n`)

// Behind "--describe": the variable whose value stands in what it says of its tools
const described = process.argv[2] === '--describe' ? ` with ${process.env[process.argv[3]]}` : ''

mark(`start ${process.pid}`)
// What it leaves behind is to be ended too
if (process.env.MCP_CHILD) spawn('sleep', ['600'], { stdio: 'ignore', detached: true })
console.log('this line is no message')
console.error('the server has begun')

function answer({ id, method, params }) {
  if (id === undefined) return
  const reply = (result) => console.log(JSON.stringify({ jsonrpc: '2.0', id, result }))
  const refuse = (code, message) => console.log(JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } }))
  if (method === 'initialize')
    return reply({
      protocolVersion: params.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: 'tests', version: '1' },
    })
  if (method === 'tools/list') {
    const names = Object.keys(TOOLS)
    const half = params?.cursor ? names.slice(3) : names.slice(0, 3)
    const tools = half.map((name) => ({
      name,
      description: `does ${name}${described}`,
      inputSchema: TOOLS[name].inputSchema,
    }))
    return reply({ tools, ...(params?.cursor ? {} : { nextCursor: 'more' }) })
  }
  if (method !== 'tools/call') return refuse(-32601, `there is no method ${method}`)
  mark(`call ${params.name}`)
  const tool = TOOLS[params.name]
  if (!tool?.call) return refuse(-32602, `${params.name} takes no such input`)
  const said = tool.call(params.arguments)
  if (typeof said === 'string') return reply({ content: [{ type: 'text', text: said }] })
  return reply(said.content ? said : { content: [{ type: 'text', text: said.said }], isError: true })
}

createInterface({ input: process.stdin })
  .on('line', (line) => answer(JSON.parse(line)))
  .on('close', () => process.exit(0))
