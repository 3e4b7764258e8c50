// HOST. The code team as this process serves it. Without a sandbox it runs only what came with this package, unless it has
// leave to run more.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { CODE_TEAM, codeTeam } from '../../code-team/team'
import type { Team } from '../../agents/team'
import { isObject } from '../../contract/json'
import type { RunSpec } from '../../contract/messages'
import { agentTaskQueue } from '../../contract/names'
import { builtFile } from '../../package-root'
import { requireSandbox } from '../../workspace/sandbox-probe'

/** The answers of the models that `troupe demo` does not call. */
export function demoRecording(): string {
  return builtFile('src/code-team/demo/recording.json')
}

export function codeTeamHere(allowUnsandboxed: boolean): Team {
  return codeTeam({ allowUnsandboxed, trusted: demoFiles })
}

/**
 * For whoever is about to run what the agents of a run have written, the demo's excepted.
 *
 * @throws TroupeError `SandboxUnavailable`
 */
export async function checkSandbox({ team, model }: RunSpec): Promise<void> {
  const runsTests = team.agents.some(({ taskQueue }) => taskQueue === agentTaskQueue(CODE_TEAM, 'check'))
  if (runsTests && model !== `scripted/${demoRecording()}`) await requireSandbox()
}

let demo: ReadonlySet<string> | undefined

/** SHA-256 of every file that the demo's recorded agents write; read once. */
function demoFiles(): ReadonlySet<string> {
  return (demo ??= readDemoFiles())
}

function readDemoFiles(): ReadonlySet<string> {
  const { answers } = JSON.parse(readFileSync(demoRecording(), 'utf8')) as { answers: { content: unknown }[] }
  const files = answers.flatMap(({ content }) =>
    isObject(content) && Array.isArray(content.files) ? content.files : [],
  )
  return new Set(
    (files as { content: string }[]).map(({ content }) => createHash('sha256').update(content).digest('hex')),
  )
}
