// EFFECTS. Outputs of a run's subtasks as others refer to them: those of maps are lists, element by element in the store.
import { TroupeError } from '../src/contract/errors'
import { inPortions } from '../src/contract/in-portions'
import { jsonBytes, pointerSteps, resolvePointer, toPointer, type JsonValue } from '../src/contract/json'
import type { AgentExecution, FailedInput } from '../src/contract/activity-messages'
import type { RunKey } from '../src/contract/messages'
import { INPUTS_ID } from '../src/contract/names'
import { elementId, resultRecord } from '../src/contract/records'
import type { StoredOutput } from '../src/contract/run'
import type { ActivityDependencies } from './dependencies'
import { Recent } from './recent'
import { readResult } from './results'

/** Records read at once. */
const READ_AT_ONCE = 32
/** Bytes of results and of outputs that a process keeps: each element of a map reads the list that it comes from. */
const KEPT_RESULTS_BYTES = 16 * 1024 * 1024
const KEPT_OUTPUTS_BYTES = 64 * 1024 * 1024
/** Of a result without its output. */
const RESULT_BYTES = 500
/** Indexes that an error names. */
const NAMED_INDEXES = 20

/** What is known of a subtask's surroundings where its references are resolved. */
export interface Surroundings {
  run: RunKey
  inputs: JsonValue
  /** Dependencies that did not succeed, by id. */
  failures?: Readonly<Record<string, FailedInput>>
}

/** What a reference finds, or how far it came, and which keys there were. */
export type LookedUp =
  { found: true; value: JsonValue } | { found: false; at: string; choices: string[]; status?: FailedInput['status'] }

type Standing = Pick<AgentExecution, 'output' | 'outputFrom' | 'outputOfEach' | 'agentVersion' | 'untrusted'>

/** Results never change, so what was read once holds. Values belong to all who ask: they are copied before they are handed on. */
export class Outputs {
  private readonly results = new Recent<Standing>(KEPT_RESULTS_BYTES)
  private readonly values = new Recent<JsonValue>(KEPT_OUTPUTS_BYTES)

  constructor(private readonly deps: Pick<ActivityDependencies, 'store' | 'outputs'>) {}

  /** What stands at a place in the inputs, or in the output of a subtask. */
  async lookUp({ run, inputs, failures }: Surroundings, from: string, path = ''): Promise<LookedUp> {
    if (from === INPUTS_ID) return find(inputs, path)
    if (failures && Object.hasOwn(failures, from))
      return { found: false, at: '', choices: [], status: failures[from]!.status }
    return this.at(run, from, path)
  }

  /** The result of a subtask that succeeded, with its output as it travels. */
  async standing(run: RunKey, subtask: string): Promise<Pick<AgentExecution, 'output' | 'agentVersion'>> {
    const result = await this.result(run, subtask)
    return { agentVersion: result.agentVersion, output: await this.stored(run, subtask, result) }
  }

  /** Where untrusted text came from that stands in the output of a subtask; of a map, of any of its elements. */
  async untrusted(run: RunKey, subtask: string): Promise<string | undefined> {
    const result = await this.read(run, subtask)
    if (!result || result.untrusted !== undefined) return result?.untrusted
    if (result.outputFrom !== undefined) return this.untrusted(run, result.outputFrom)
    for (let index = 0; index < (result.outputOfEach ?? 0); index++) {
      const source = await this.untrusted(run, elementId(subtask, index))
      if (source !== undefined) return source
    }
    return undefined
  }

  private async stored(
    run: RunKey,
    subtask: string,
    { output, outputFrom, outputOfEach }: Standing,
  ): Promise<StoredOutput> {
    if (outputFrom !== undefined) return (await this.standing(run, outputFrom)).output
    if (outputOfEach === undefined) return output
    return this.deps.outputs.keep(await this.list(run, subtask, outputOfEach))
  }

  private async at(run: RunKey, subtask: string, path: string): Promise<LookedUp> {
    const { output, outputFrom, outputOfEach } = await this.result(run, subtask)
    if (outputFrom !== undefined) return this.at(run, outputFrom, path)
    if (outputOfEach === undefined) return find(await this.value(output), path)
    const [index, ...rest] = pointerSteps(path) ?? []
    if (index === undefined) return find(await this.list(run, subtask, outputOfEach), path)
    if (!isIndex(index, outputOfEach)) {
      const choices = Array.from({ length: Math.min(outputOfEach, NAMED_INDEXES) }, (_, place) => String(place))
      return { found: false, at: '', choices }
    }
    const found = await this.element(run, elementId(subtask, index), toPointer(rest))
    return found.found ? found : { ...found, at: `/${index}${found.at}` }
  }

  /** All outputs of a map in order. */
  private async list(run: RunKey, map: string, count: number): Promise<JsonValue[]> {
    const list = await this.values.get(`list ${resultRecord(run, map)}`, async () => {
      const indexes = Array.from({ length: count }, (_, index) => index)
      const value = await inPortions(indexes, READ_AT_ONCE, async (index) => {
        const found = await this.element(run, elementId(map, index), '')
        return found.found ? found.value : null
      })
      return { value, bytes: jsonBytes(value) }
    })
    return list as JsonValue[]
  }

  /** An element that was skipped left no result: null stands for it. */
  private async element(run: RunKey, id: string, path: string): Promise<LookedUp> {
    return (await this.read(run, id)) ? this.at(run, id, path) : find(null, path)
  }

  private async value(output: StoredOutput): Promise<JsonValue> {
    if ('inline' in output) return output.inline
    const { artifact, bytes } = output.reference
    return (await this.values.get(artifact, async () => ({ value: await this.deps.outputs.load(output), bytes })))!
  }

  private async result(run: RunKey, subtask: string): Promise<Standing> {
    const result = await this.read(run, subtask)
    if (result) return result
    const { location } = this.deps.store.identity
    throw new TroupeError('Internal', `there is no result of "${subtask}" in the store ${location}`)
  }

  private read(run: RunKey, subtask: string): Promise<Standing | undefined> {
    return this.results.get(resultRecord(run, subtask), async () => {
      const result = await readResult(this.deps.store, run, subtask)
      if (!result) return undefined
      // Without what it spawned, which may be thousands
      const { output, outputFrom, outputOfEach, agentVersion, untrusted } = result
      const bytes = RESULT_BYTES + ('inline' in output ? jsonBytes(output) : 0)
      return { value: { output, outputFrom, outputOfEach, agentVersion, untrusted }, bytes }
    })
  }
}

function isIndex(step: string, length: number): boolean {
  return /^(0|[1-9]\d*)$/.test(step) && Number(step) < length
}

function find(value: JsonValue, path: string): LookedUp {
  const found = resolvePointer(value, path)
  return found.found ? { found: true, value: found.value as JsonValue } : found
}
