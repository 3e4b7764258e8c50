// TEAM. The plan of a request: specification, architecture, the rounds of building, and the gate.
import { TroupeError } from '../contract/errors'
import { preview, type JsonObject } from '../contract/json'
import { choicesHint } from '../contract/nearest'
import type { Plan, SubTask } from '../contract/plan'
import type { Installed } from '../workspace/lending/lending'
import { checkPath } from '../workspace/paths'
import { languageName } from './languages'
import { DEFAULT_MAX_ROUNDS, MAX_ROUNDS, askedModeSchema, type Assignment } from './rounds/state'

export const CODE_PLAN = 'code'
/** Characters of a request: far above any, far below what a model's window holds. */
const REQUEST_LENGTH = 100_000

export interface CodeRequest {
  request: string
  /** javascript unless given. */
  language?: string
  /** 1 to 5; 3 unless given. */
  maxRounds?: number
  /** `single`: one coder writes code and tests. `auto`: the architecture is measured, and says why. `team` unless given. */
  mode?: string
  /** Artifact of the `Snapshot` of an existing repository. */
  base?: string
  /** What is installed beside that repository, and lent to what runs on copies of it. */
  installed?: Installed
  /** What runs that repository's own tests, as a shell reads it; found in its manifests unless given. */
  testCommand?: string
  /** Paths of its tests that may be changed; only in the mode `single`: in the others the specification names them. */
  mayChange?: readonly string[]
  /** Tries the tests on small changes of the new code; what no test notices is told to the reviewer. */
  mutate?: boolean
}

/**
 * The plan, and the inputs of its run.
 *
 * @example
 * const { plan, inputs } = codePlan({ request: 'a calculator for the command line' })
 * const run = await troupe.start(plan, { team: codeTeam(), inputs })
 * @throws TroupeError `InvalidUsage` naming the value and the choices
 */
export function codePlan(request: CodeRequest): { plan: Plan; inputs: JsonObject } {
  const assignment = checkRequest(request)
  const given = fromInputs(assignment)
  const subtasks = assignment.mode === 'single' ? singleSubtasks(given) : teamSubtasks(given, assignment.mode)
  const baseline: SubTask[] =
    assignment.base === undefined
      ? []
      : [
          {
            id: 'baseline',
            agentType: 'check',
            payload: { step: 'baseline', ...pick(given, 'language', 'base', 'testCommand', 'installed') },
          },
        ]
  return { plan: { name: CODE_PLAN, subtasks: [...baseline, ...subtasks] }, inputs: { ...assignment } }
}

export function checkRequest({
  request,
  language = 'javascript',
  maxRounds,
  mode = 'team',
  base,
  installed,
  testCommand,
  mayChange = [],
  mutate,
}: CodeRequest): Assignment {
  if (request.trim() === '') {
    throw new TroupeError('InvalidUsage', 'the request is empty', { hint: 'say what is to be built' })
  }
  if (request.length > REQUEST_LENGTH) {
    const message = `the request has ${request.length} characters, at most ${REQUEST_LENGTH} are taken`
    throw new TroupeError('InvalidUsage', message)
  }
  const rounds = maxRounds ?? DEFAULT_MAX_ROUNDS
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > MAX_ROUNDS) {
    throw new TroupeError('InvalidUsage', `${preview(rounds)} is no number of rounds`, { hint: `1 to ${MAX_ROUNDS}` })
  }
  const known = askedModeSchema.safeParse(mode)
  if (!known.success) {
    const hint = choicesHint(mode, askedModeSchema.options, 'modes')
    throw new TroupeError('InvalidUsage', `there is no mode ${preview(mode)}`, { hint })
  }
  if (mayChange.length > 0 && mode !== 'single') {
    throw new TroupeError(
      'InvalidUsage',
      `--may-change: in the mode "${mode}" the specification says which tests change`,
      {
        hint: 'say in the request what is to be different, or use --mode single',
      },
    )
  }
  const fixed = { request: request.trim(), language: languageName(language), mode: known.data, maxRounds: rounds }
  const wanted = { ...fixed, ...(mutate ? { mutate } : {}) }
  if (base === undefined) return wanted
  const leave = mayChange.length === 0 ? {} : { mayChange: mayChange.map(checkPath) }
  const beside = installed === undefined ? {} : { installed }
  return { ...wanted, base, ...leave, ...beside, ...(testCommand === undefined ? {} : { testCommand }) }
}

/** References to the inputs: a plan in a log or in the UI does not repeat the request. */
function fromInputs(assignment: Assignment): Record<string, unknown> {
  return Object.fromEntries(Object.keys(assignment).map((key) => [key, { $from: 'inputs', path: `/${key}` }]))
}

function teamSubtasks(given: Record<string, unknown>, mode: Assignment['mode']): SubTask[] {
  const asked = pick(given, 'request', 'language', 'base')
  const specification = { $from: 'spec' }
  const architecture = { $from: 'architect' }
  const measured = { architecture, ...pick(given, 'base') }
  // What the architect's tools read
  const files = 'base' in given ? { snapshot: given.base } : {}
  const isAuto = mode === 'auto'
  return [
    { id: 'spec', agentType: 'spec-agent', payload: asked },
    {
      id: 'architect',
      agentType: 'architect-agent',
      payload: { ...asked, ...pick(given, 'installed'), specification, ...files },
    },
    ...(isAuto ? [{ id: 'mode', agentType: 'mode', payload: measured }] : []),
    build({ ...given, specification, architecture, ...(isAuto ? { choice: { $from: 'mode' } } : {}) }),
    GATE,
  ]
}

function singleSubtasks(given: Record<string, unknown>): SubTask[] {
  return [build(given), GATE]
}

function build(payload: Record<string, unknown>): SubTask {
  const baseline = 'base' in payload ? { baseline: { $from: 'baseline' } } : {}
  return { id: 'build', agentType: 'rounds', payload: { step: 'start', ...payload, ...baseline } }
}

const GATE: SubTask = { id: 'gate', agentType: 'gate', payload: { build: { $from: 'build' } } }

function pick(from: Record<string, unknown>, ...keys: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)))
}
