// HOST. What `troupe advise` measures: a plan's graph and payloads, and the files of a directory, in tokens.
import { tokenCounter } from '../../agents/models/count-tokens'
import { measuredAdvice, type MeasuredAdvice, type MeasuredDirectory, type PlanToMeasure } from '../../advise/measure'
import { takeInventory } from '../../code-team/map/inventory'
import { sourceFiles } from '../../workspace/source-files'
import { given } from '../shared/given'
import { openPlan } from '../shared/plan-source'

export interface ToMeasure {
  plan?: string
  dir?: string
  team?: string
}

/** @throws TroupeError `InvalidUsage`, `InvalidPlan`, `InvalidTeam` */
export async function measure({ plan, dir, team }: ToMeasure): Promise<MeasuredAdvice> {
  const planned = plan === undefined ? undefined : await readPlan(plan, team)
  return measuredAdvice(planned, dir === undefined ? undefined : await readDirectory(dir))
}

async function readPlan(path: string, team: string | undefined): Promise<PlanToMeasure> {
  const source = await openPlan(path, { ...given({ team }), inputsMayBeMissing: true })
  const { spec, nodes, agents } = source.check()
  const count = await tokenCounter()
  return {
    name: spec.name,
    subtasks: nodes.map(({ id, dependsOn, agents: [first] }, place) => {
      const { estimateMs, payload, forEach } = spec.subtasks[place]!
      const { name, person, maxConcurrency } = agents[first!]!
      return {
        ...{ id, dependsOn, agent: name, tokens: count(JSON.stringify(payload ?? {})) },
        ...(estimateMs === undefined ? {} : { estimateMs }),
        ...(person ? {} : { maxConcurrency }),
        ...(forEach ? { isMap: true } : {}),
      }
    }),
  }
}

async function readDirectory(directory: string): Promise<MeasuredDirectory> {
  const { files: listed, ignored } = await sourceFiles(directory)
  const { files, leftOut } = await takeInventory(listed, { ignored })
  return {
    ...{ directory, files: files.length, tokens: files.reduce((sum, { tokens }) => sum + tokens, 0) },
    ...(files.some(({ estimated }) => estimated) ? { estimated: true } : {}),
    leftOut: { ...leftOut },
  }
}
