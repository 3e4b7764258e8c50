// HOST. Builds the Temporal CLI with Go, where Go is: minutes of work, so it says what it is doing all the while.
import { join } from 'node:path'
import { reportWhile } from './progress'
import { runProgram } from './run-program'
import { CLI_VERSION } from './settings'

const PACKAGE = `github.com/temporalio/cli/cmd/temporal@v${CLI_VERSION}`
/** Measured: 5 min 15 s cold on two cores; slower machines and networks get four times that. */
const BUILD_TIMEOUT_MS = 20 * 60_000
const GO_VERSION_TIMEOUT_MS = 10_000

export interface GoInstallOptions {
  /** An existing folder for the executable. */
  directory: string
  onProgress: (line: string) => void
}

/** The path of the executable, in `directory`. Rejects where Go is missing or the build fails, with Go's own words. */
export async function goInstallTemporal({ directory, onProgress }: GoInstallOptions): Promise<string> {
  const go = await runProgram('go', ['version'], { timeoutMs: GO_VERSION_TIMEOUT_MS })
  if (go.exitCode !== 0) throw new Error('there is no `go` on PATH')
  onProgress(`building the Temporal CLI ${CLI_VERSION} with ${go.tail[0]}: about 5 minutes the first time`)
  let packages = 0
  let latest = 'starting'
  // The working folder lies outside of any module, so that none of the user's settings for one applies.
  const building = runProgram('go', ['install', '-v', PACKAGE], {
    cwd: directory,
    environment: buildEnvironment(directory),
    timeoutMs: BUILD_TIMEOUT_MS,
    onLine: (line) => {
      latest = line
      if (!line.startsWith('go: ')) packages++
    },
  })
  const { exitCode, tail } = await reportWhile(building, (elapsed) =>
    onProgress(`still building, ${elapsed}, ${packages} packages: ${latest}`),
  )
  if (exitCode !== 0) throw new Error(`go install ${PACKAGE} failed: ${tail.join(' | ') || 'it was stopped'}`)
  return join(directory, 'temporal')
}

/** The user's environment, but for what would build for another machine or within a workspace. */
function buildEnvironment(directory: string): NodeJS.ProcessEnv {
  const { GOOS: _system, GOARCH: _architecture, ...environment } = process.env
  return { ...environment, GOBIN: directory, GOWORK: 'off' }
}
