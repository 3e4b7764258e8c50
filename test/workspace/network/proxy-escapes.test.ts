// What a command may say to its proxy to get to where it was not granted: raw requests over its socket. None gets there, judged by
// the server that it should not reach; many of the same do through a proxy that believes what it is told.
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { networkGrants } from '../../../src/workspace/network/destination'
import { startProxy, type NetworkProxy } from '../../../src/workspace/network/proxy'
import { startNameServer, type NameServer } from '../../support/name-server'
import { startFrontServer, startSecretServer, type WebServer } from '../../support/web-servers'
import { CANARY } from '../support/playground'
import { startOpenProxy, type OpenProxy } from './support/open-proxy'

/** A server of the world that there is not: of a range that nobody has been given. */
const NOWHERE = '2d00::1'

let secret: WebServer
let front: WebServer
let names: NameServer
let directory: string
let proxy: NetworkProxy
let open: OpenProxy
beforeAll(async () => {
  secret = await startSecretServer()
  front = await startFrontServer()
  names = await startNameServer({
    'front.test': ['127.0.0.1'],
    localhost: ['127.0.0.1'],
    'inside.test': ['127.0.0.1'],
    'inside6.test': ['::1'],
    'mapped.test': ['::ffff:7f00:1'],
    'zero.test': ['0.0.0.0'],
    'metadata.test': ['169.254.169.254'],
    'rebinding.test': [NOWHERE, '127.0.0.1'],
  })
  directory = mkdtempSync(join(tmpdir(), 'troupe-proxy-'))
  // Every host of the world on the secret's port: what keeps them apart is the address alone
  const grants = networkGrants(['*', `*:${secret.port}`, `private:front.test:${front.port}`])
  proxy = await startProxy({ grants, directory, resolve: names.resolve })
  open = await startOpenProxy(directory, names.resolve)
})
afterAll(async () => {
  names.close()
  await Promise.all([proxy.close(), open.close(), secret.close(), front.close()])
  rmSync(directory, { recursive: true })
})

interface Attempt {
  name: string
  says(ports: { secret: number; front: number }): string
  /** Whether it gets there by the proxy that believes everything. */
  works: boolean
}
type Says = Attempt['says']
const attempt = (name: string, says: Says, works = true): Attempt => ({ name, says, works })
const lines = (...all: string[]) => `${all.join('\r\n')}\r\n\r\n`
const connected =
  (host: string): Says =>
  ({ secret }) =>
    lines(`CONNECT ${host}:${secret} HTTP/1.1`, `Host: front.test`) + lines('GET / HTTP/1.0')
const got =
  (host: string): Says =>
  ({ secret }) =>
    lines(`GET http://${host}:${secret}/ HTTP/1.1`, 'Host: front.test', 'Connection: close')

const HOSTS: [string, boolean][] = [
  ['127.0.0.1', true],
  ['localhost', true],
  ['LOCALHOST', true],
  ['localhost.', true],
  ['[::1]', true],
  ['[::ffff:127.0.0.1]', true],
  ['0.0.0.0', true],
  ['0', true],
  ['2130706433', true],
  ['0x7f000001', true],
  ['017700000001', true],
  ['127.1', true],
  ['127.0.0.1.', true],
  ['inside.test', true],
  ['inside6.test', true],
  ['mapped.test', true],
  ['zero.test', true],
  ['front.test', true],
  ['metadata.test', false],
  ['169.254.169.254', false],
]
const CONNECTING = HOSTS.map(([host, works]) => attempt(host, connected(host), works))
const GETTING = HOSTS.map(([host, works]) => attempt(host, got(host), works))

const TRICKS: Attempt[] = [
  attempt('a user name that looks like the host', ({ secret, front }) =>
    lines(`CONNECT front.test:${front}@127.0.0.1:${secret} HTTP/1.1`),
  ),
  attempt('a whole URL', ({ secret }) => lines(`CONNECT http://127.0.0.1:${secret}/ HTTP/1.1`)),
  attempt('a path behind it', ({ secret }) => lines(`CONNECT 127.0.0.1:${secret}/ HTTP/1.1`)),
  attempt('a zero byte in it', ({ secret }) => lines(`CONNECT 127.0.0.1\0.front.test:${secret} HTTP/1.1`), false),
  attempt('an encoded zero byte', ({ secret }) => lines(`CONNECT 127.0.0.1%00.front.test:${secret} HTTP/1.1`), false),
  attempt('no port', () => lines('CONNECT 127.0.0.1 HTTP/1.1'), false),
  attempt('a port that is none', () => lines('CONNECT 127.0.0.1:99999 HTTP/1.1'), false),
  attempt('a signed port', ({ secret }) => lines(`CONNECT 127.0.0.1:+${secret} HTTP/1.1`), false),
  attempt('a zone', ({ secret }) => lines(`CONNECT [::1%lo]:${secret} HTTP/1.1`), false),
  attempt('lower case', ({ secret }) => lines(`connect 127.0.0.1:${secret} HTTP/1.1`)),
  attempt(
    'what is said before the answer',
    ({ secret }) => lines(`CONNECT 127.0.0.1:${secret} HTTP/1.1`) + lines('GET / HTTP/1.1', 'Host: front.test'),
  ),
  attempt('another host in the header', ({ secret, front }) =>
    lines(`GET http://front.test:${front}/ HTTP/1.1`, `Host: 127.0.0.1:${secret}`),
  ),
  attempt('only a host in the header', ({ secret }) => lines('GET / HTTP/1.1', `Host: 127.0.0.1:${secret}`)),
  attempt('two hosts in the headers', ({ secret, front }) =>
    lines(`GET http://front.test:${front}/ HTTP/1.1`, `Host: 127.0.0.1:${secret}`, `Host: front.test:${front}`),
  ),
  attempt('a host that is not to be passed on', ({ secret, front }) =>
    lines(`GET http://front.test:${front}/ HTTP/1.1`, `Host: 127.0.0.1:${secret}`, 'Connection: host'),
  ),
  attempt('a user name in the URL', ({ secret, front }) =>
    lines(`GET http://front.test:${front}@127.0.0.1:${secret}/ HTTP/1.1`),
  ),
  attempt('a fragment that looks like the host', ({ secret }) =>
    lines(`GET http://127.0.0.1:${secret}#@front.test/ HTTP/1.1`),
  ),
  attempt('a backslash', ({ secret }) => lines(`GET http://127.0.0.1:${secret}\\@front.test/ HTTP/1.1`)),
  attempt('https without a tunnel', ({ secret }) =>
    lines(`GET https://127.0.0.1:${secret}/ HTTP/1.1`, 'Host: front.test'),
  ),
  attempt('another scheme', () => lines('GET file:///etc/passwd HTTP/1.1', 'Host: front.test'), false),
  attempt(
    'a second request behind a good one',
    ({ secret, front }) =>
      lines(`GET http://front.test:${front}/ HTTP/1.1`, 'Host: front.test') +
      lines(`GET http://127.0.0.1:${secret}/ HTTP/1.1`, 'Host: front.test'),
  ),
  attempt(
    'a second request in the body of a good one',
    ({ secret, front }) =>
      lines(`POST http://front.test:${front}/ HTTP/1.1`, 'Host: front.test', 'Content-Length: 0') +
      lines(`GET http://127.0.0.1:${secret}/ HTTP/1.1`, 'Host: front.test'),
  ),
  attempt(
    'two lengths',
    ({ secret, front }) =>
      lines(
        `POST http://front.test:${front}/ HTTP/1.1`,
        'Host: front.test',
        'Content-Length: 4',
        'Transfer-Encoding: chunked',
      ) +
      '0\r\n\r\n' +
      lines(`GET http://127.0.0.1:${secret}/ HTTP/1.1`, 'Host: front.test'),
  ),
  attempt(
    'an odd transfer',
    ({ secret, front }) =>
      lines(
        `POST http://front.test:${front}/ HTTP/1.1`,
        'Host: front.test',
        'Transfer-Encoding: xchunked',
        'Content-Length: 0',
      ) + lines(`GET http://127.0.0.1:${secret}/ HTTP/1.1`, 'Host: front.test'),
  ),
  attempt('an upgrade', ({ secret }) =>
    lines(`GET http://127.0.0.1:${secret}/ HTTP/1.1`, 'Host: front.test', 'Connection: upgrade', 'Upgrade: websocket'),
  ),
  attempt(
    'an upgrade of a good one, and then a tunnel',
    ({ secret, front }) =>
      lines(`GET http://front.test:${front}/ HTTP/1.1`, 'Host: front.test', 'Connection: upgrade', 'Upgrade: tcp') +
      lines(`CONNECT 127.0.0.1:${secret} HTTP/1.1`),
  ),
  attempt(
    'a line in the middle of the URL',
    ({ secret, front }) => `GET http://front.test:${front}/\r\nHost: 127.0.0.1:${secret}\r\n\r\n`,
    false,
  ),
  attempt('HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', false),
  attempt(
    'SOCKS',
    ({ secret }) => String.fromCharCode(5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, secret >> 8, secret & 255),
    false,
  ),
  attempt(
    'a redirect that is followed',
    ({ secret, front }) =>
      lines(
        `GET http://front.test:${front}/to?302,${encodeURIComponent(`http://127.0.0.1:${secret}/`)} HTTP/1.1`,
        'Host: front.test',
      ) + lines(`GET http://127.0.0.1:${secret}/ HTTP/1.1`, 'Host: front.test'),
  ),
]

/** So long an answer is waited for: one that is refused comes at once, and one that gets there too. */
const QUIET_MS = 500

/** What is answered until it is enough, ends, or has had its time. */
async function answerOf(socketPath: string, text: string, enough: (said: string) => boolean): Promise<string> {
  let said = ''
  const socket = connect(socketPath)
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()).on('error', () => resolve()))
  socket.on('data', (data: Buffer) => {
    said += data.toString('latin1')
    if (enough(said)) socket.destroy()
  })
  socket.write(text, 'latin1')
  const patience = new AbortController()
  await Promise.race([closed, sleep(QUIET_MS, undefined, { signal: patience.signal }).catch(() => undefined)])
  patience.abort()
  socket.destroy()
  return said
}

/** Refused, or not understood; behind a good request, after its answer. */
const REFUSED = /HTTP\/1\.1 (403|400|502)/

describe.each<[string, Attempt[]]>([
  ['a tunnel to', CONNECTING],
  ['a request to', GETTING],
  ['a trick:', TRICKS],
])('%s', (_kind, attempts) => {
  test.each(attempts.map((one): [string, Attempt] => [one.name, one]))('%s', async (_name, { says, works }) => {
    const ports = { secret: secret.port, front: front.port }
    const before = secret.visits()
    const said = await answerOf(proxy.socketPath, says(ports), (text) => REFUSED.test(text))
    expect(said).toMatch(/HTTP\/1\.1 (403|400|502|200 OK)/)
    expect(said).not.toContain(CANARY)
    expect(secret.visits()).toBe(before)
    if (!works) return
    expect(await answerOf(open.socketPath, says(ports), (text) => text.includes(CANARY))).toContain(CANARY)
  })
})

test('a header of a good request names the host of its URL, and nothing of the way', async () => {
  const says = TRICKS.find(({ name }) => name === 'a host that is not to be passed on')!.says
  const text = says({ secret: secret.port, front: front.port }).replace(
    '\r\n\r\n',
    '\r\nProxy-Authorization: Basic x\r\nX-Own: kept\r\n\r\n',
  )
  await answerOf(proxy.socketPath, text, (said) => said.includes('a page'))
  const { headers } = front.requests.at(-1)!
  expect(headers).toMatchObject({ host: `front.test:${front.port}`, 'x-own': 'kept' })
  expect(headers).not.toHaveProperty('proxy-authorization')
})

test('a body is no further request, whatever is said of its length', async () => {
  const hidden = lines('GET /hidden HTTP/1.1', 'Host: other.test')
  const url = `http://front.test:${front.port}/outer`
  for (const said of [
    ['Connection: content-length, close', `Content-Length: ${hidden.length}`],
    ['Connection: Content-Length', `Content-Length: ${hidden.length}`],
    ['Connection: close', `Content-Length: ${hidden.length}`],
  ]) {
    const before = front.requests.length
    const text = lines(`GET ${url} HTTP/1.1`, 'Host: front.test', ...said) + hidden
    expect(await answerOf(proxy.socketPath, text, (answer) => answer.includes('a page'))).toContain('a page')
    await sleep(50)
    expect(front.requests.slice(before).map(({ headers }) => [headers.host, headers['content-length']])).toEqual([
      [`front.test:${front.port}`, String(hidden.length)],
    ])
  }
})

test('a name whose address changes between check and use is asked for once, and its first answer holds', async () => {
  const ports = { secret: secret.port, front: front.port }
  const before = secret.visits()
  await answerOf(proxy.socketPath, connected('rebinding.test')(ports), (said) => REFUSED.test(said))
  expect([names.asked('rebinding.test'), secret.visits()]).toEqual([1, before])
  await answerOf(open.socketPath, connected('rebinding.test')(ports), (said) => said.includes(CANARY))
  expect(secret.visits()).toBe(before + 1)
})

test('what is granted goes through, by a tunnel and by a request, and what was refused is told', async () => {
  const tunnel = lines(`CONNECT front.test:${front.port} HTTP/1.1`) + lines('GET /page HTTP/1.0')
  expect(await answerOf(proxy.socketPath, tunnel, (said) => said.includes('a page'))).toMatch(
    /^HTTP\/1.1 200 Connection Established[\s\S]*a page$/,
  )
  expect(proxy.refused()).toEqual(
    expect.arrayContaining([expect.stringMatching(/^front\.test:\d+ is no server of the world \(127\.0\.0\.1\)$/)]),
  )
  expect(proxy.refused().length).toBeLessThanOrEqual(20)
})

test('after its end there is nobody, and what was open is closed', async () => {
  const own = mkdtempSync(join(tmpdir(), 'troupe-proxy-'))
  const another = await startProxy({ grants: networkGrants([`private:127.0.0.1:${front.port}`]), directory: own })
  const socket = connect(another.socketPath)
  socket.write(lines(`CONNECT 127.0.0.1:${front.port} HTTP/1.1`))
  await new Promise((answered) => socket.once('data', answered))
  const closed = new Promise((resolve) => socket.on('error', () => undefined).on('close', resolve))
  await another.close()
  await closed
  const again = connect(another.socketPath)
  await expect(new Promise((resolve, reject) => again.on('connect', resolve).on('error', reject))).rejects.toThrow()
  rmSync(own, { recursive: true })
})
