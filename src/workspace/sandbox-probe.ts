// HOST. Whether the sandbox works on this machine: found out by running Node in one, since bubblewrap being there says
// little (containers and hardened systems forbid user namespaces).
import { execFile } from 'node:child_process'
import { TroupeError } from '../contract/errors'
import { hostPath } from '../host-path'
import { PROBE_TIMEOUT_MS } from './limits'
import { startInSandbox } from './sandbox-start'
import { withTemporaryDirectory } from './working-copy'

export interface SandboxProbe {
  works: boolean
  /** Why it does not. */
  reason?: string
  /** Whether this bubblewrap can forbid further user namespaces. */
  disableUserns: boolean
}

let probed: Promise<SandboxProbe> | undefined

/** Asks once in a process. */
export function probeSandbox(): Promise<SandboxProbe> {
  return (probed ??= probe())
}

/** @throws TroupeError `SandboxUnavailable` */
export async function requireSandbox(): Promise<SandboxProbe> {
  const answer = await probeSandbox()
  if (answer.works) return answer
  throw new TroupeError('SandboxUnavailable', `commands cannot be run in a sandbox here: ${answer.reason}`, {
    hint: 'install bubblewrap (apt install bubblewrap), and allow user namespaces; or let them run with all that you may do: --allow-unsandboxed',
  })
}

async function probe(): Promise<SandboxProbe> {
  const without = (reason: string): SandboxProbe => ({ works: false, reason, disableUserns: false })
  if (process.platform !== 'linux') return without(`bubblewrap is for Linux, and this is ${process.platform}`)
  const help = await helpOfBwrap()
  if (help === undefined) return without('there is no program "bwrap" in PATH')
  const disableUserns = help.includes('--disable-userns')
  return withTemporaryDirectory(async (directory) => {
    const started = startInSandbox({
      command: [process.execPath, '-e', 'console.log("inside")'],
      directory,
      disableUserns,
    })
    let said = ''
    started.process.child?.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    started.process.child?.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const timer = setTimeout(() => void started.process.kill(0), PROBE_TIMEOUT_MS)
    const ending = await started.process.ended
    clearTimeout(timer)
    await started.end()
    if (ending.started && ending.exitCode === 0 && said.trim() === 'inside') return { works: true, disableUserns }
    return without(said.trim().split('\n').slice(0, 3).join('; ') || 'Node does not start in it')
  })
}

/** Undefined if there is no such program. */
function helpOfBwrap(): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile('bwrap', ['--help'], { env: { PATH: hostPath() } }, (error, stdout, stderr) => {
      resolve(error && 'code' in error && error.code === 'ENOENT' ? undefined : stdout + stderr)
    })
  })
}
