// A tunnel to the port of plain HTTP: in it, whoever shares the granted host's address could be asked for.
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { networkGrants } from '../../../src/workspace/network/destination'
import { startProxy } from '../../../src/workspace/network/proxy'

const HERE = [{ address: '127.0.0.1', family: 4 }]

test.each(['front.test:80', 'front.test:080', 'FRONT.test.:80', '127.0.0.1:80'])('%s is refused', async (authority) => {
  const directory = mkdtempSync(join(tmpdir(), 'troupe-proxy-'))
  const grants = networkGrants(['private:front.test', 'private:127.0.0.1'])
  const proxy = await startProxy({ grants, directory, resolve: () => Promise.resolve(HERE) })
  const client = connect(proxy.socketPath)
  client.write(`CONNECT ${authority} HTTP/1.1\r\n\r\n`)
  let said = ''
  for await (const chunk of client) said += String(chunk)
  expect(said).toMatch(/^HTTP\/1\.1 403 Forbidden[\s\S]*:80 by a tunnel: plain HTTP is asked of the proxy/)
  expect(proxy.refused()).toHaveLength(1)
  await proxy.close()
  rmSync(directory, { recursive: true })
})
