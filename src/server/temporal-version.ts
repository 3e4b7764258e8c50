// HOST. Whether an executable is a Temporal CLI that runs on this machine.
import { runProgram } from './run-program'

/** `temporal --version` takes 30 ms; a program that is silent this long is not it. */
const VERSION_TIMEOUT_MS = 10_000

/** The version line of a Temporal CLI with a dev server in it; undefined for any other program, or a broken one. */
export async function temporalVersion(path: string): Promise<string | undefined> {
  const { exitCode, tail } = await runProgram(path, ['--version'], { timeoutMs: VERSION_TIMEOUT_MS })
  return exitCode === 0 ? tail.find((line) => /^temporal version .*Server \d/.test(line)) : undefined
}
