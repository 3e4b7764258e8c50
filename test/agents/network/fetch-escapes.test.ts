// URLs that lead a tool to this machine or its network: none is reached, judged by the server there; and the same URLs do get
// there with a plain client, so that an attempt that fails says something.
import * as http from 'node:http'
import { confinedFetch, type ConfinedFetchOptions } from '../../../src/agents/network/confined-fetch'
import { fixedLookup } from '../../../src/workspace/network/resolve'
import { startNameServer, type NameServer } from '../../support/name-server'
import { startFrontServer, startSecretServer, type WebServer } from '../../support/web-servers'
import { CANARY } from '../../workspace/support/playground'

/** A server of the world that there is not: of a range that nobody has been given. */
const NOWHERE = '2d00::1'
const LEADS_NOWHERE = /both|rebinding/

let secret: WebServer
let front: WebServer
let names: NameServer
beforeAll(async () => {
  secret = await startSecretServer()
  front = await startFrontServer()
  names = await startNames()
})
afterAll(async () => {
  names.close()
  await Promise.all([secret.close(), front.close()])
})

const startNames = () =>
  startNameServer({
    ...Object.fromEntries(['front', 'inside', 'xn--bcher-kva'].map((name) => [`${name}.test`, ['127.0.0.1']])),
    localhost: ['127.0.0.1'],
    'inside6.test': ['::1'],
    'mapped.test': ['::ffff:7f00:1'],
    'zero.test': ['0.0.0.0'],
    'both.test': [[NOWHERE, '127.0.0.1']],
    'rebinding.test': [NOWHERE, '127.0.0.1'],
  })

interface Attempt {
  name: string
  url(): string
  /** Whether a plain client gets there. */
  works: boolean
}
const attempt = (name: string, url: (port: number) => string, works = true): Attempt => ({
  name,
  url: () => url(secret.port),
  works,
})
/** By a server that may be reached, which leads on. */
const redirected = (status: number, location: (port: number) => string) => (port: number) =>
  `http://front.test:${front.port}/to?${status},${encodeURIComponent(location(port))}`

const ADDRESSES: Attempt[] = [
  attempt('as it is', (port) => `http://127.0.0.1:${port}/`),
  attempt('another of the loopback', (port) => `http://127.9.9.9:${port}/`),
  attempt('in IPv6', (port) => `http://[::1]:${port}/`),
  attempt('in IPv6 at length', (port) => `http://[0:0:0:0:0:0:0:1]:${port}/`),
  attempt('mapped into IPv6', (port) => `http://[::ffff:127.0.0.1]:${port}/`),
  attempt('mapped, as numbers', (port) => `http://[::ffff:7f00:1]:${port}/`),
  attempt('zero', (port) => `http://0.0.0.0:${port}/`),
  attempt('zero, short', (port) => `http://0:${port}/`),
  attempt('zero in IPv6', (port) => `http://[::]:${port}/`),
  attempt('decimal', (port) => `http://2130706433:${port}/`),
  attempt('octal', (port) => `http://0177.0.0.1:${port}/`),
  attempt('octal, whole', (port) => `http://017700000001:${port}/`),
  attempt('hexadecimal', (port) => `http://0x7f000001:${port}/`),
  attempt('mixed and short', (port) => `http://0x7f.1:${port}/`),
  attempt('short', (port) => `http://127.1:${port}/`),
  attempt('with a dot at the end', (port) => `http://127.0.0.1.:${port}/`),
  attempt('percent-encoded', (port) => `http://%31%32%37.0.0.1:${port}/`),
  attempt('in wide digits', (port) => `http://１２７.0.0.1:${port}/`),
  attempt('in circled digits', (port) => `http://①②⑦.⓪.⓪.①:${port}/`),
  attempt('with a user name', (port) => `http://example.org@127.0.0.1:${port}/`),
  attempt('with a user name that looks like a host', (port) => `http://example.org:80@127.0.0.1:${port}/`),
  attempt('with backslashes', (port) => `http:\\\\127.0.0.1:${port}\\@example.org/`),
  attempt('without slashes', (port) => `http:127.0.0.1:${port}`),
  attempt('with line breaks in it', (port) => `ht\ntp://127.0\t.0.1:${port}/`),
  attempt('with spaces around it', (port) => `  http://127.0.0.1:${port}/ `),
  attempt('with a zone', (port) => `http://[::1%25lo]:${port}/`, false),
  attempt('metadata of a cloud', () => 'http://169.254.169.254/latest/meta-data/', false),
  attempt('metadata as a number', () => 'http://2852039166/latest/meta-data/', false),
]
const NAMES: Attempt[] = [
  attempt('localhost', (port) => `http://localhost:${port}/`),
  attempt('localhost, with a dot', (port) => `http://localhost.:${port}/`),
  attempt('localhost in circled letters', (port) => `http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:${port}/`),
  attempt('a name of the loopback', (port) => `http://inside.test:${port}/`),
  attempt('a name of the loopback in IPv6', (port) => `http://inside6.test:${port}/`),
  attempt('a name of a mapped address', (port) => `http://mapped.test:${port}/`),
  attempt('a name of zero', (port) => `http://zero.test:${port}/`),
  attempt('a name in another alphabet', (port) => `http://bücher.test:${port}/`),
  attempt('a name with two addresses', (port) => `http://both.test:${port}/`),
  attempt('a name whose address changes between check and use', (port) => `http://rebinding.test:${port}/`),
]
const SCHEMES: Attempt[] = [
  'file:///etc/passwd',
  'ftp://127.0.0.1/',
  'data:text/plain,x',
  'blob:x',
  'javascript:1',
  'unix:/x',
  '//127.0.0.1/',
  '/etc/passwd',
  '',
].map((url) => attempt(JSON.stringify(url), () => url, false))
const REDIRECTS: Attempt[] = [
  ...[301, 302, 303, 307, 308].map((status) =>
    attempt(
      `by status ${status}`,
      redirected(status, (port) => `http://127.0.0.1:${port}/`),
    ),
  ),
  attempt(
    'to a name',
    redirected(302, (port) => `http://inside.test:${port}/`),
  ),
  attempt(
    'without a scheme',
    redirected(302, (port) => `//127.0.0.1:${port}/`),
  ),
  attempt(
    'to a number',
    redirected(302, (port) => `http://2130706433:${port}/`),
  ),
  attempt(
    'to IPv6',
    redirected(302, (port) => `http://[::1]:${port}/`),
  ),
  attempt(
    'with a user name',
    redirected(302, (port) => `http://front.test@127.0.0.1:${port}/`),
  ),
  attempt(
    'by way of another redirect',
    redirected(302, (port) => redirected(302, () => `http://127.0.0.1:${port}/`)(port)),
  ),
  attempt(
    'to another port of the same host',
    redirected(302, (port) => `http://front.test:${port}/`),
  ),
  attempt(
    'to a file',
    redirected(302, () => 'file:///etc/passwd'),
    false,
  ),
  attempt(
    'to metadata',
    redirected(302, () => 'http://169.254.169.254/'),
    false,
  ),
]

/** As somebody writes it who does not think of it: looks at the first address, and then lets the client go where it will. */
async function plainFetch(url: string, redirects = 3): Promise<string> {
  const target = new URL(url)
  if (target.hostname === 'rebinding.test')
    expect(await names.resolve(target.hostname)).toMatchObject([{ address: NOWHERE }])
  const lookup: http.RequestOptions['lookup'] = (host, options, answer) => {
    names.resolve(host.replace(/\.$/, '')).then(
      (found) => fixedLookup(found)(host, options, answer as never),
      (error: NodeJS.ErrnoException) => answer(error, '', 4),
    )
  }
  const response = await new Promise<http.IncomingMessage>((found, reject) =>
    http.get(target, { agent: false, lookup }, found).on('error', reject),
  )
  if (response.headers.location !== undefined && redirects > 0)
    return plainFetch(new URL(response.headers.location, target).href, redirects - 1)
  let text = ''
  for await (const piece of response) text += String(piece)
  return text
}

/** Every host of the world on the secret's port: what keeps them apart is the address alone. */
const options = (): ConfinedFetchOptions => ({
  network: ['*', `*:${secret.port}`, `private:front.test:${front.port}`],
  resolve: names.resolve,
})
const said = (url: string, more: ConfinedFetchOptions = {}): Promise<string> =>
  confinedFetch(url, { ...options(), limits: { timeoutMs: LEADS_NOWHERE.test(url) ? 200 : 5_000 }, ...more }).then(
    ({ body }) => body.toString(),
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  )

describe.each<[string, Attempt[]]>([
  ['an address', ADDRESSES],
  ['a name', NAMES],
  ['a scheme', SCHEMES],
  ['a redirect', REDIRECTS],
])('%s', (_kind, attempts) => {
  test.each(attempts.map((one): [string, Attempt] => [one.name, one]))('%s', async (_name, { url }) => {
    const before = secret.visits()
    const result = await said(url())
    // The two names that also have an address of the world go there, where nobody answers
    expect(result).toMatch(LEADS_NOWHERE.test(url()) ? /^(AgentFailed|NetworkRefused): / : /^NetworkRefused: /)
    expect(result).not.toContain(CANARY)
    expect(secret.visits()).toBe(before)
  })
  test('a plain client gets there', async () => {
    names.close()
    names = await startNames()
    for (const { name, url, works } of attempts)
      if (works) expect([name, await plainFetch(url())]).toEqual([name, CANARY])
  })
})

test('a name is asked for once, whatever its next answer would be', async () => {
  const before = names.asked('both.test')
  await said(`http://both.test:${secret.port}/`)
  expect(names.asked('both.test') - before).toBe(1)
})

test('what is granted is read, also by way of redirects, and told is nothing of ours', async () => {
  process.env['HTTP_PROXY'] = `http://127.0.0.1:${secret.port}`
  const page = `http://front.test:${front.port}/page`
  const found = await confinedFetch(redirected(302, () => `${page}#part`)(0), options())
  delete process.env['HTTP_PROXY']
  expect(found).toEqual({ url: page, status: 200, contentType: 'text/plain', body: Buffer.from('a page') })
  expect(front.requests.at(-1)).toMatchObject({ url: '/page', headers: { 'user-agent': 'troupe' } })
  expect(Object.keys(front.requests.at(-1)!.headers).sort()).toEqual([
    'accept',
    'accept-encoding',
    'connection',
    'host',
    'user-agent',
  ])
  expect(await said(`http://127.0.0.1:${secret.port}/`, { network: [`private:127.0.0.1:${secret.port}`] })).toBe(CANARY)
})

test.each<[string, RegExp, ConfinedFetchOptions]>([
  ['endless', /more than 1,000 bytes/, { limits: { bytes: 1_000 } }],
  ['silent', /did not answer within 0.2 s/, { limits: { timeoutMs: 200 } }],
  ['loop', /more than 5 redirects/, {}],
])('a server that is %s is left', async (path, message, more) => {
  expect(await said(`http://front.test:${front.port}/${path}`, more)).toMatch(message)
})

test('ports other than those of the web, and hosts that are not granted, are refused before anybody asks for their names', async () => {
  const network = ['*.packages.test']
  for (const url of [
    'http://front.test/',
    'http://a.packages.test:22/',
    'http://packages.test/',
    'https://packages.test.evil.test/',
  ])
    expect(await said(url, { network })).toMatch(/^NetworkRefused: .* is not granted/)
  expect(names.asked('packages.test')).toBe(0)
})

test('an abort ends it with its own reason', async () => {
  const reason = new Error('told to end')
  const read = confinedFetch(`http://front.test:${front.port}/silent`, {
    ...options(),
    signal: AbortSignal.abort(reason),
  })
  await expect(read).rejects.toBe(reason)
})

test('a password in a URL is not repeated', async () => {
  for (const url of [`http://user:${CANARY}@front.test:${front.port}/`, `http://user:${CANARY}@front.test:bad/`])
    expect(await said(url)).not.toContain(CANARY)
})
