// HOST. The code team as this process serves it. Without a sandbox it runs only what came with this package, unless it has
// leave to run more.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { CODE_TEAM, codeTeam } from '../../code-team/team'
import { loadTeam } from '../../agents/load-team'
import { teamManifest, type Team } from '../../agents/team'
import { CODER } from '../../code-team/coder-program/coder-program'
import type { TeamManifest } from '../../contract/agent'
import { TroupeError } from '../../contract/errors'
import { isObject } from '../../contract/json'
import type { RunSpec } from '../../contract/messages'
import { agentTaskQueue, BUILT_IN_TEAM } from '../../contract/names'
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
 * The team of a file whose only agent takes the coder's place: a program that edits files.
 *
 * @throws TroupeError `InvalidTeam`
 */
export async function coderFrom(file: string): Promise<Team> {
  const team = await loadTeam(file)
  const names = team.agents.map(({ name }) => name)
  const hint = 'export default defineTeam({ name: "my-coder", agents: [coderProgram({ command: [...] })] })'
  if (team.name === CODE_TEAM || team.name === BUILT_IN_TEAM) {
    throw new TroupeError('InvalidTeam', `the team in ${file} is called "${team.name}", as one of ours is`, { hint })
  }
  if (names.length === 1 && names[0] === CODER) return team
  const found = names.join(', ') || 'nobody'
  throw new TroupeError('InvalidTeam', `the team in ${file} has ${found}: only "${CODER}" can be exchanged`, { hint })
}

/** The manifest of a run whose coder may be another team's. Alone, nobody of the others who ask a model has work. */
export function withCoder(ours: TeamManifest, coder: Team | undefined, mode: string | undefined): TeamManifest {
  if (!coder) return ours
  const [exchanged] = teamManifest(coder).agents
  const agents = ours.agents.map((agent) => (agent.name === CODER ? exchanged! : agent))
  return { ...ours, agents: mode === 'single' ? agents.filter(({ model }) => model === undefined) : agents }
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
