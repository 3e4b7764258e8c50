// What a sandboxed command has of the network when hosts were granted: these, over its proxy, for as long as it runs; and it is told
// what was refused.
import { runSandboxed } from '../../src/workspace/sandbox'
import type { SandboxOptions } from '../../src/workspace/sandbox-options'
import { sandboxDescribe } from '../support/sandbox'
import { startFrontServer, startSecretServer, type WebServer } from '../support/web-servers'
import { workingCopiesOf } from '../support/working-copies'
import { CANARY, playground, removePlaygrounds } from './support/playground'

let front: WebServer
let secret: WebServer
beforeAll(async () => {
  front = await startFrontServer()
  secret = await startSecretServer()
})
afterAll(async () => {
  await Promise.all([front.close(), secret.close()])
  removePlaygrounds()
})

const { root } = playground()
const run = (script: string, options: Partial<SandboxOptions> = {}) =>
  runSandboxed({ command: ['sh', '-c', script], directory: root, sandbox: 'required', ...options })
const resolve = async () => [{ address: '127.0.0.1', family: 4 }]
/** One request, whole, over the proxy that stands in the environment. */
const fetched = (url: string) =>
  `node -e '
    const proxy = new URL(process.env.HTTP_PROXY)
    require("http").get({ host: proxy.hostname, port: proxy.port, path: "${url}" }, (r) => r.on("data", (d) => console.log(r.statusCode, String(d).trim())))'`
const tunnelled = (authority: string) =>
  `node -e '
    const proxy = new URL(process.env.HTTPS_PROXY)
    require("http").request({ host: proxy.hostname, port: proxy.port, method: "CONNECT", path: "${authority}" })
      .on("connect", (r, s) => { s.on("data", (d) => console.log(String(d))).end("GET / HTTP/1.0\\r\\n\\r\\n"); if (r.statusCode !== 200) console.log(r.statusCode) }).end()'`

sandboxDescribe('a command with hosts', () => {
  test('reaches them by requests and by tunnels, and no others, which its result names', async () => {
    const script = [
      fetched(`http://granted.test:${front.port}/page`),
      tunnelled(`granted.test:${front.port}`),
      fetched(`http://127.0.0.1:${secret.port}/`),
      tunnelled(`inside.test:${secret.port}`),
      tunnelled('other.test:443'),
    ].join('\n')
    const network = [`private:granted.test:${front.port}`, `*:${secret.port}`]
    const result = await run(script, { network, resolve })
    expect(result.output).toMatch(
      /^200 a page\nHTTP\/1.1 200 OK[\s\S]*a page\n403 127.0.0.1:\d+ is no server of the world\n403\n/,
    )
    expect(result.output).not.toContain(CANARY)
    expect(result.refusedHosts).toEqual([
      `127.0.0.1:${secret.port} is no server of the world`,
      `inside.test:${secret.port} is no server of the world (127.0.0.1)`,
      `other.test:443 is not granted`,
    ])
    expect(secret.visits()).toBe(0)
  })

  test('finds its way by the variables that programs know, and has servers of its own beside it', async () => {
    const serve = 'require("http").createServer((q, r) => r.end("own")).listen(8000, () => console.log("up"))'
    const script = `node -e '${serve}' & sleep 0.3; curl -sS http://localhost:8000/; curl -sS http://granted.test:${front.port}/; git ls-remote http://granted.test:${front.port}/ 2>&1; npm config get proxy; ls /etc/ssl/certs | grep -c pem`
    const { output } = await run(script, { network: [`private:granted.test:${front.port}`], resolve })
    expect(output).toMatch(/^up\nowna page[\s\S]*http:\/\/127.0.0.1:3128\n[1-9]/)
    expect(front.requests.some(({ headers }) => headers['user-agent']?.startsWith('git/'))).toBe(true)
  })

  test('its proxy goes with it, whether it ends, is ended, or tries to stay', async () => {
    const network = [`private:granted.test:${front.port}`]
    await run('true', { network })
    expect(await run('setsid sleep 60 & sleep 60', { network, limits: { timeoutMs: 300 } })).toMatchObject({
      timedOut: true,
    })
    await expect(run('sleep 60', { network, signal: AbortSignal.timeout(300) })).rejects.toThrow()
    expect(workingCopiesOf(process.pid)).toEqual([])
  })

  test('has no others than its own: without any there is no way, and what is no host is refused before it runs', async () => {
    const { output } = await run('ls /proxy; env | grep -ci proxy', { network: [] })
    expect(output).toMatch(/cannot access[\s\S]*\n0\n$/)
    await expect(run('true', { network: ['http://granted.test'] })).rejects.toMatchObject({ code: 'InvalidUsage' })
  })

  test('what it is given in its environment is in no argument that others on the machine can read', async () => {
    const seen = run('tr "\\\\0" "\\\\n" < /proc/1/cmdline; ps -e -o args; echo "$TOKEN" | wc -c', {
      env: { TOKEN: CANARY },
    })
    const { output } = await seen
    expect(output).not.toContain(CANARY)
    expect(output).toMatch(new RegExp(`bwrap[\\s\\S]*\n${CANARY.length + 1}\n$`))
    await expect(run('true', { env: { TOKEN: 'a\0--bind\0/\0/x' } })).rejects.toMatchObject({ code: 'InvalidUsage' })
  })
})
