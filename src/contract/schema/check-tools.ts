// PURE. The tools and MCP servers of a model agent, checked before anything starts: in a plan as in a team's code.
import { z } from 'zod'
import type { Problem } from '../errors'
import { isObject, preview, quote } from '../json'
import { choicesHint } from '../nearest'
import { parseNetworkGrant } from '../network'
import {
  calledName,
  FETCH_TOOL,
  isNetworkTool,
  isWorkspaceTool,
  SERVER_SEPARATOR,
  WORKSPACE_TOOLS,
  type McpServer,
  type ModelTools,
  type ToolGrant,
} from '../tools'
import { joinPath } from './path'
import { zodProblems } from './zod-problems'

/** Tools of one agent: each costs tokens in every call, and models choose badly among more. */
const MAX_TOOLS = 128
const GRANT_KEYS = ['name', 'approve', 'approveWhere', 'network', 'secrets']
const SERVER_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/
/** What providers take. */
const OWN_NAME = /^[A-Za-z0-9_-]{1,64}$/
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/
/** `${NAME}`, with a scheme before it or not. */
const HEADER_VALUE = /^([A-Za-z][A-Za-z0-9-]* )?\$\{[A-Za-z_][A-Za-z0-9_]*\}$/

const variable = z.string().regex(VARIABLE, 'must be the name of an environment variable')
const grantSchema = z.strictObject({
  name: z.string().min(1).max(200),
  approve: z.enum(['always', 'once']).optional(),
  approveWhere: z.string().min(1).max(1_000).refine(isExpression, 'must be a regular expression').optional(),
  network: z
    .array(
      z.string().refine(isNetworkGrant, 'must be a host: "example.org", "*.example.org", "private:localhost:8080"'),
    )
    .max(100)
    .optional(),
  secrets: z.array(variable).max(100).optional(),
})
const programSchema = z.strictObject({
  command: z.string().min(1),
  args: z.array(z.string()).optional(),
  cwd: z.string().min(1).optional(),
  env: z.array(variable).optional(),
})
const addressSchema = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' })
    .refine((address) => !/^https?:\/\/[^/]*@/i.test(address), 'must not hold a user or a password'),
  headers: z
    .record(
      z.string().regex(/^[A-Za-z0-9-]+$/, 'must be the name of a header'),
      z.string().regex(HEADER_VALUE, 'must name an environment variable: "${TOKEN}", or "Bearer ${TOKEN}"'),
    )
    .optional(),
})

/** What an author wrote. */
export interface WrittenTools {
  tools?: unknown
  mcp?: unknown
  /** Names of the tools that the team's code defines itself. */
  own?: readonly string[]
}

/** The tools as data, or what is wrong with them. */
export function checkTools(written: WrittenTools, path: string): ModelTools & { problems: Problem[] } {
  const servers = checkServers(written.mcp, joinPath(path, ['mcp']))
  const grants = checkGrants(written, isObject(written.mcp) ? Object.keys(written.mcp) : [], joinPath(path, ['tools']))
  const problems = [...servers.problems, ...grants.problems]
  const used = new Set(grants.tools.map(({ name }) => name.split(SERVER_SEPARATOR)[0]))
  for (const name of Object.keys(servers.mcp)) {
    if (used.has(name) || grants.problems.length > 0) continue
    problems.push({
      path: joinPath(path, ['mcp', name]),
      message: `no tool of the server "${name}" is in "tools"`,
      hint: `an agent has the tools of its list and no others: "${name}/<tool>"`,
    })
  }
  return {
    ...(grants.tools.length > 0 ? { tools: grants.tools } : {}),
    ...(Object.keys(servers.mcp).length > 0 ? { mcp: servers.mcp } : {}),
    problems,
  }
}

function checkGrants(
  { tools: written = [], own = [] }: WrittenTools,
  servers: readonly string[],
  path: string,
): { tools: ToolGrant[]; problems: Problem[] } {
  if (!Array.isArray(written)) return { tools: [], problems: [{ path, message: `${preview(written)} is no list` }] }
  if (written.length > MAX_TOOLS)
    return { tools: [], problems: [{ path, message: `${written.length} tools, at most ${MAX_TOOLS} are taken` }] }
  const tools: ToolGrant[] = []
  const problems: Problem[] = []
  const called = new Map<string, string>()
  for (const [place, entry] of written.entries()) {
    const at = joinPath(path, [place])
    const parsed = grantSchema.safeParse(typeof entry === 'string' ? { name: entry } : entry)
    if (!parsed.success) {
      problems.push(...zodProblems(parsed.error, entry, at, GRANT_KEYS))
      continue
    }
    const grant = parsed.data as ToolGrant
    const problem = nameProblem(grant.name, servers, own) ?? settingsProblem(grant, own)
    const name = calledName(grant.name)
    const other = called.get(name)
    if (problem) problems.push({ path: at, ...problem })
    else if (other !== undefined) problems.push({ path: at, message: twice(grant.name, other, name) })
    else tools.push(grant)
    called.set(name, grant.name)
  }
  return { tools, problems }
}

function twice(name: string, other: string, called: string): string {
  return name === other
    ? `the tool ${quote(name)} is given twice`
    : `${quote(other)} and ${quote(name)} are both called ${quote(called)}`
}

function nameProblem(
  name: string,
  servers: readonly string[],
  own: readonly string[],
): Omit<Problem, 'path'> | undefined {
  if (own.includes(name))
    return OWN_NAME.test(name)
      ? undefined
      : { message: `${preview(name)} is not a name for a tool`, hint: 'letters, digits, "-" and "_", at most 64' }
  if (isWorkspaceTool(name) || name === FETCH_TOOL) return undefined
  const [server = '', ...tool] = name.split(SERVER_SEPARATOR)
  if (tool.length === 0) {
    const choices = [...WORKSPACE_TOOLS, FETCH_TOOL, ...own, ...servers.map((one) => `${one}/<tool>`)]
    return { message: `unknown tool ${preview(name)}`, hint: choicesHint(name, choices, 'tools') }
  }
  if (!servers.includes(server))
    return { message: `unknown MCP server ${preview(server)}`, hint: choicesHint(server, servers, 'servers in "mcp"') }
  if (tool.join(SERVER_SEPARATOR) !== '') return undefined
  return { message: `${preview(name)} names no tool`, hint: `"${server}/<tool>", for one of the server's tools` }
}

function settingsProblem(grant: ToolGrant, own: readonly string[]): Omit<Problem, 'path'> | undefined {
  if (grant.approveWhere !== undefined && grant.approve === undefined)
    return {
      message: '"approveWhere" says which calls are asked about; "approve" says that they are',
      hint: 'approve: always',
    }
  const isOwn = own.includes(grant.name)
  if (grant.network && (isOwn || !isNetworkTool(grant.name)))
    return {
      message: `"network" says which hosts ${FETCH_TOOL} and run_command may reach; ${quote(grant.name)} reaches what its own code does`,
    }
  if (grant.secrets && !isOwn && grant.name !== 'run_command')
    return {
      message: `${quote(grant.name)} takes no secrets`,
      hint: 'run_command and the tools of a team do; an MCP server has its own "env" and "headers"',
    }
  return undefined
}

function checkServers(written: unknown, path: string): { mcp: Record<string, McpServer>; problems: Problem[] } {
  if (written === undefined) return { mcp: {}, problems: [] }
  if (!isObject(written)) return { mcp: {}, problems: [{ path, message: `${preview(written)} is no object` }] }
  const mcp: Record<string, McpServer> = {}
  const problems: Problem[] = []
  for (const [name, server] of Object.entries(written)) {
    const at = joinPath(path, [name])
    const schema = isObject(server) && 'url' in server ? addressSchema : programSchema
    const parsed = schema.safeParse(server)
    if (!SERVER_NAME.test(name)) {
      const hint = 'letters, digits, "-" and "_", at most 32'
      problems.push({ path: at, message: `${preview(name)} is not a name for an MCP server`, hint })
    }
    if (parsed.success) mcp[name] = parsed.data as McpServer
    else problems.push(...zodProblems(parsed.error, withoutValues(server), at, Object.keys(schema.shape)))
  }
  return { mcp, problems }
}

/** What was written where a name belongs may be the secret itself. */
function withoutValues(server: unknown): unknown {
  if (!isObject(server)) return '…'
  const { env, headers, url } = server
  const names = Array.isArray(env) ? env.map((one) => String(one).replace(/=.*/s, '=…')) : env && '…'
  const values = isObject(headers)
    ? Object.fromEntries(Object.keys(headers).map((name) => [name, '…']))
    : headers && '…'
  return {
    ...server,
    ...(env === undefined ? {} : { env: names }),
    ...(headers === undefined ? {} : { headers: values }),
    ...(typeof url === 'string' ? { url: withoutPassword(url) } : {}),
  }
}

function isNetworkGrant(entry: string): boolean {
  return !('problem' in parseNetworkGrant(entry))
}

/** An address without the user and the password that somebody wrote into it. */
export function withoutPassword(address: string): string {
  return address.replace(/\/\/.*@/s, '//…@')
}

function isExpression(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
}
