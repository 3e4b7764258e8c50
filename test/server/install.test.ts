// Finding and installing the Temporal CLI, with stand-ins for the download's host, for Go and for the CLI itself.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTypeScript } from '../support/typescript-process'

const FIND = 'test/server/processes/find-binary.ts'
const CLI_SCRIPT = '#!/bin/sh\necho "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"\n'
const VERSION = 'temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)'

let directory: string
let programs: string
let cached: string
let server: Server | undefined
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'troupe-install-'))
  programs = join(directory, 'programs')
  cached = join(directory, 'cache', 'troupe', 'temporal-1.5.1')
  mkdirSync(programs)
})
afterEach(async () => {
  server?.closeAllConnections()
  if (server) await new Promise((resolve) => server?.close(resolve))
  server = undefined
  rmSync(directory, { recursive: true, force: true })
})

function program(name: string, script: string): string {
  const path = join(programs, name)
  writeFileSync(path, script)
  chmodSync(path, 0o755)
  return path
}

/** The address of a stand-in for the download's host. */
async function listen(handler: RequestListener): Promise<string> {
  const listening = createServer(handler)
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
}

/** Nothing listens at port 1: a refused download, as behind a firewall that answers. */
function environment(download = 'http://127.0.0.1:1'): NodeJS.ProcessEnv {
  return {
    PATH: `${programs}:/usr/bin:/bin`,
    XDG_CACHE_HOME: join(directory, 'cache'),
    TROUPE_TEMPORAL_DOWNLOAD: download,
    TROUPE_TEMPORAL_BINARY: undefined,
  }
}

/** `go`, which notes each call and builds the stand-in for the CLI. */
function fakeGo(): void {
  const build = `printf '%s' '${CLI_SCRIPT}' > "$GOBIN/temporal"; chmod +x "$GOBIN/temporal"`
  const notes = join(directory, 'go-calls')
  program(
    'go',
    `#!/bin/sh\nif [ "$1" = version ]; then echo go version go1.25; exit; fi\necho "$*" >> ${notes}\necho some/package >&2\nsleep 1\n${build}\n`,
  )
}

/** An archive with the stand-in for the CLI. */
function packCli(archive: string): void {
  const folder = join(directory, 'pack')
  mkdirSync(folder)
  writeFileSync(join(folder, 'temporal'), CLI_SCRIPT, { mode: 0o755 })
  execFileSync('tar', ['-czf', archive, '-C', folder, 'temporal'])
}

async function find(env: NodeJS.ProcessEnv): Promise<{ answer: Record<string, string>; progress: string }> {
  const { stdout, stderr } = await runTypeScript(FIND, { environment: env })
  return { answer: JSON.parse(stdout) as Record<string, string>, progress: stderr }
}

test('a `temporal` on PATH is used; another program of that name is not', async () => {
  const path = program('temporal', CLI_SCRIPT)
  expect((await find(environment())).answer).toEqual({ path, version: VERSION })
  program('temporal', '#!/bin/sh\necho a game about time\n')
  expect((await find(environment())).answer['code']).toBe('ServerUnavailable')
})

test('a binary that is named on purpose is used before PATH, or refused by name', async () => {
  program('temporal', CLI_SCRIPT)
  const path = program('mine', CLI_SCRIPT)
  expect((await find({ ...environment(), TROUPE_TEMPORAL_BINARY: path })).answer['path']).toBe(path)
  const { answer } = await find({ ...environment(), TROUPE_TEMPORAL_BINARY: '/nowhere/temporal' })
  expect(answer).toMatchObject({
    code: 'ServerUnavailable',
    message: expect.stringContaining('/nowhere/temporal') as string,
  })
})

test('a download lands in the cache, and from then on nothing is asked', async () => {
  const archive = join(directory, 'archive.tar.gz')
  packCli(archive)
  const asked: string[] = []
  const host = await listen((request, response) => {
    asked.push(request.url ?? '')
    if (request.url === '/archive.tar.gz') return void response.end(readFileSync(archive))
    response.end(
      JSON.stringify({ archiveUrl: `http://${request.headers.host}/archive.tar.gz`, fileToExtract: 'temporal' }),
    )
  })
  expect((await find(environment(host))).answer).toEqual({ path: cached, version: VERSION })
  expect(asked[0]).toMatch(/^\/cli\/v1\.5\.1\?arch=(amd64|arm64)&platform=(linux|darwin)&format=tar\.gz$/)
  expect((await find(environment(host))).answer['path']).toBe(cached)
  expect(asked).toHaveLength(2)
})

test('where the download is refused, Go builds it, once for two processes, and says what it is doing', async () => {
  fakeGo()
  const both = await Promise.all([find(environment()), find(environment())])
  expect(both.map(({ answer }) => answer['path'])).toEqual([cached, cached])
  expect(readFileSync(join(directory, 'go-calls'), 'utf8')).toBe(
    'install -v github.com/temporalio/cli/cmd/temporal@v1.5.1\n',
  )
  const progress = both.map((one) => one.progress).join('')
  expect(progress).toMatch(/building the Temporal CLI 1\.5\.1 with go version go1\.25/)
  expect(progress).toMatch(/waiting for process \d+, which installs the Temporal CLI/)
  expect(readdirSync(join(directory, 'cache', 'troupe')).filter((name) => name.startsWith('install-'))).toEqual([])
})

test('a broken file in the cache is replaced', async () => {
  fakeGo()
  mkdirSync(join(directory, 'cache', 'troupe'), { recursive: true })
  writeFileSync(cached, 'cut short')
  expect((await find(environment())).answer).toEqual({ path: cached, version: VERSION })
})

test('a host that never answers costs seconds, and the refusal names every way that was tried', async () => {
  const host = await listen(() => undefined)
  program('go', '#!/bin/sh\nexit 1\n')
  const began = Date.now()
  const { answer } = await find(environment(host))
  expect(Date.now() - began).toBeLessThan(20_000)
  expect(answer['code']).toBe('ServerUnavailable')
  expect(answer['message']).toMatch(
    /no `temporal` on PATH, none in .*cache.*127\.0\.0\.1.*no answer within 5 s.*no `go`/,
  )
  expect(answer['hint']).toMatch(/install the Temporal CLI.*TEMPORAL_ADDRESS/)
})
