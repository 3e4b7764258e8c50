// HOST. Runs inside of the sandbox, whose loopback is its own: what comes to a port there goes to the proxy's socket. Says so once
// it listens, by closing its output: `forwarder-main.js <port> <socket>`.
import { closeSync, openSync, writeSync } from 'node:fs'
import { connect, createServer } from 'node:net'

const [, , port, socketPath = ''] = process.argv
createServer({ allowHalfOpen: true }, (client) => {
  const proxy = connect({ path: socketPath, allowHalfOpen: true })
  client.on('error', () => undefined).on('close', () => proxy.destroySoon())
  proxy.on('error', () => undefined).on('close', () => client.destroySoon())
  client.pipe(proxy).pipe(client)
}).listen(Number(port), '127.0.0.1', () => {
  writeSync(1, 'ready')
  closeSync(1)
  // The lowest number that is free: a connection must not become what Node takes for its output
  openSync('/dev/null', 'r+')
})
