// TEAM. One run of a program that is the coder, on its copy: confined as was said, ended at its time with all that it started,
// its output kept without secrets.
import { existsSync, realpathSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { CappedOutput } from '../../agents/process/captured-output'
import { fillArguments, hasPlaceholder } from '../../agents/process/command-arguments'
import { secretFilter } from '../../agents/models/secrets'
import { TroupeError } from '../../contract/errors'
import type { Lending } from '../../workspace/lending/lending'
import { runSandboxed } from '../../workspace/sandbox'
import type { SandboxOptions } from '../../workspace/sandbox-options'
import type { Artifacts } from '../../workspace/snapshot'
import type { CoderProgram } from './options'

/** Bytes of output that are kept as an artifact: all that such programs print, and not what one prints that went mad. */
const KEPT_BYTES = 4 * 1024 * 1024
/** Characters of its end that a failure quotes. */
const QUOTED = 1_000

export interface ProgramRun {
  directory: string
  prompt: string
  artifacts: Artifacts
  /** What it is lent of a repository's packages. */
  lending: Lending
  signal: AbortSignal
}

/**
 * Runs it to its end, and keeps what it printed.
 *
 * @returns the artifact of its output
 * @throws TroupeError `CommandFailed`, `Timeout`, `CommandNotFound`, `SandboxUnavailable`
 */
export async function runProgram(
  program: CoderProgram,
  { directory, prompt, artifacts, lending, signal }: ProgramRun,
): Promise<string> {
  const output = new CappedOutput(KEPT_BYTES)
  const onOutput = (chunk: Uint8Array): void => output.write(Buffer.from(chunk))
  const {
    exitCode,
    signal: ended,
    exceeded,
  } = await runSandboxed({
    ...confinement(program, lending),
    ...(program.sandbox === 'none'
      ? {}
      : { readOnly: [programFile(program.command[0]!), ...program.sandbox.readOnly] }),
    ...{ directory, signal, onOutput },
    ...(hasPlaceholder(program.command) ? {} : { stdin: prompt }),
    command: startOf(program, prompt),
  })
  const said = secretFilter(process.env, program.env)(output.text())
  const kept = await artifacts.put(Buffer.from(said))
  const name = `"${program.command[0]}"`
  const told = `the end of its output:\n${said.trimEnd().slice(-QUOTED)}`
  const hint = `all of its output is the artifact ${kept}`
  if (exceeded === 'time') {
    throw new TroupeError(
      'Timeout',
      `${name} did not end within ${program.timeoutMs / 1_000} s, and was ended; ${told}`,
      {
        ...{ hint, retryable: true },
      },
    )
  }
  if (exceeded)
    throw new TroupeError('CommandFailed', `${name} was ended for its limit of ${exceeded}; ${told}`, { hint })
  if (exitCode === 0) return kept
  const how = ended ? `was ended by ${ended}` : `ended with exit code ${exitCode}`
  throw new TroupeError('CommandFailed', `${name} ${how}; ${told}`, { hint, retryable: true })
}

type Confinement = Pick<SandboxOptions, 'sandbox' | 'env' | 'limits' | 'network' | 'homePaths' | 'lend' | 'alias'>

function confinement({ sandbox, env, timeoutMs }: CoderProgram, lending: Lending): Confinement {
  const { missing: _, env: theirs, ...lent } = lending
  // Without a sandbox it is the user's own program, which finds its login where the user has it
  const names = sandbox === 'none' ? ['HOME', ...env] : env
  const passed: Record<string, string> = { ...theirs }
  for (const name of names) {
    const value = process.env[name]
    if (value !== undefined) passed[name] = value
  }
  if (sandbox === 'none') return { sandbox, env: passed, limits: { timeoutMs } }
  const { network, home, memoryMb } = sandbox
  return { sandbox: 'required', env: passed, network, homePaths: home, limits: { timeoutMs, memoryMb }, ...lent }
}

/** In the sandbox a program is started by its file, which is shown there. */
function startOf({ command, sandbox }: CoderProgram, prompt: string): string[] {
  const file = programFile(command[0]!)
  return [sandbox === 'none' ? command[0]! : file, ...fillArguments(command, { prompt })]
}

/** @throws TroupeError `CommandNotFound` */
export function programFile(program: string): string {
  const path = process.env.PATH ?? ''
  const places = program.includes('/') ? [program] : path.split(delimiter).map((folder) => join(folder, program))
  const found = places.find((file) => existsSync(file) && statSync(file).isFile())
  if (found !== undefined) return realpathSync(found)
  throw new TroupeError('CommandNotFound', `there is no program "${program}" in PATH (${path})`, {
    hint: 'install it, or name it by its full path in the team file',
  })
}
