// The tool fetch_url, as a model uses it: pages of hosts that it may read, and words for those that it may not.
import { startFrontServer, startSecretServer, startWebServer, type WebServer } from '../../support/web-servers'
import { CANARY } from '../../workspace/support/playground'
import { Toolbench } from '../tools/support/toolbench'

let front: WebServer
let secret: WebServer
let pages: WebServer
const PAGES: Record<string, [type: string, body: Buffer]> = {
  '/latin': ['text/html; charset=iso-8859-1', Buffer.from('caf\xe9', 'latin1')],
  '/odd': ['text/plain; charset=no-such', Buffer.from('text')],
  '/image': ['image/png', Buffer.from([1, 2, 3])],
}
beforeAll(async () => {
  front = await startFrontServer()
  secret = await startSecretServer()
  pages = await startWebServer(({ url = '' }, response) => {
    const [type, body] = PAGES[url] ?? ['text/plain', Buffer.from('nothing here')]
    response.writeHead(url in PAGES ? 200 : 404, { 'content-type': type }).end(body)
  })
})
afterAll(() => Promise.all([front.close(), secret.close(), pages.close()]))

test('reads pages as text, follows redirects to where it may, and says what it may not', async () => {
  const network = [`private:localhost:${front.port}`, `private:localhost:${pages.port}`]
  const at = (server: WebServer, path: string): [string, unknown] => [
    'fetch_url',
    { url: `http://localhost:${server.port}${path}` },
  ]
  const leadsTo = (port: number) => `/to?302,${encodeURIComponent(`http://localhost:${port}/latin`)}`
  const { told, output } = await new Toolbench().use(
    [{ name: 'fetch_url', network }],
    undefined,
    at(pages, '/latin'),
    at(front, leadsTo(pages.port)),
    at(pages, '/odd'),
    at(pages, '/image'),
    at(pages, '/none'),
    at(secret, '/'),
    at(front, leadsTo(secret.port)),
  )
  expect(output).toBe('done')
  expect(
    told.map((text) =>
      text
        .split('\n')
        .slice(1, -1)
        .join('\n')
        .replaceAll(/:\d+\b/g, ''),
    ),
  ).toEqual([
    '200 text/html; charset=iso-8859-1, http://localhost/latin\n\ncafé',
    '200 text/html; charset=iso-8859-1, http://localhost/latin\n\ncafé',
    '200 text/plain; charset=no-such, http://localhost/odd\n\ntext',
    '200 image/png, http://localhost/image\n3 bytes that are no text',
    '404 text/plain, http://localhost/none\n\nnothing here',
    'localhost is not granted',
    'localhost is not granted',
  ])
  expect([secret.visits(), told.join().includes(CANARY)]).toEqual([0, false])
})

test('without a list it reads what the world can, and nothing of this machine', async () => {
  const { told } = await new Toolbench().use(['fetch_url'], undefined, ['fetch_url', { url: 'http://localhost/' }])
  expect(told[0]).toContain('localhost:80 is no server of the world')
})
