// HOST. `troupe graph`: the subtasks of a plan or a run and what each of them waits for.
import { existsSync } from 'node:fs'
import { Option, type Command } from 'commander'
import { TroupeError } from '../contract/errors'
import type { CheckedPlan } from '../contract/schema/check-plan'
import { renderGraph, type GraphFormat, type GraphReaction, type GraphRow } from './render/graph'
import { withReader } from './shared/open'
import { dataCommand, teamOption, type OutputOption } from './shared/options'
import { printJsonLine, printText, say } from './shared/output'
import { openPlan } from './shared/plan-source'
import { namedRun } from './shared/run-or-latest'

interface GraphOptions extends OutputOption {
  format?: GraphFormat
  team?: string
}

export function graphCommand(): Command {
  return dataCommand('graph', 'draw a plan or a run', 'troupe graph plan.yaml --format mermaid')
    .argument('<plan|run>', 'a file that exists is a plan, - one on standard input; anything else is the id of a run')
    .addOption(new Option('--format <format>', 'how to draw').choices(['mermaid', 'text', 'json']))
    .addOption(teamOption())
    .action(graph)
}

async function graph(subject: string, { format, team, output }: GraphOptions): Promise<void> {
  const isPlan = subject === '-' || existsSync(subject)
  if (!isPlan && team !== undefined)
    throw new TroupeError('InvalidUsage', `--team belongs to a plan, and there is no file "${subject}"`, {
      hint: 'correct the path, or leave --team out to draw a run',
    })
  const { rows, reactions } = isPlan ? await planGraph(subject, team) : { rows: await runRows(subject), reactions: [] }
  if (format === undefined && output === 'jsonl') printJsonLine(JSON.parse(renderGraph(rows, 'json', reactions)))
  else printText(renderGraph(rows, format ?? (output === 'text' ? 'text' : 'json'), reactions))
}

interface PlanGraph {
  rows: GraphRow[]
  reactions: GraphReaction[]
}

async function planGraph(path: string, team: string | undefined): Promise<PlanGraph> {
  const source = await openPlan(path, { team, inputsMayBeMissing: true })
  return toGraph(source.check())
}

function toGraph({ nodes, agents, spec, reactions }: CheckedPlan): PlanGraph {
  const rows = nodes.map(({ id, agents: [first], dependsOn, runIf, fallback, onFailure }, place): GraphRow => {
    const { name, person } = agents[first!]!
    const { forEach, when = [] } = spec.subtasks[place]!
    const policy = [fallback === undefined ? [] : agents[fallback]!.name, onFailure ?? []].flat()
    return {
      id,
      agent: name,
      dependsOn,
      ...(forEach ? { kind: 'map' } : person ? { kind: 'person' } : {}),
      ...(runIf ? { runIf } : {}),
      ...(when.length > 0 ? { conditions: when.length } : {}),
      ...(policy.length > 0 ? { onFailure: policy.join(', then ') } : {}),
    }
  })
  return {
    rows,
    reactions: reactions.map(({ id, on, where, node }) => {
      return { id, on, agent: agents[node.agents[0]!]!.name, ...(where ? { where } : {}) }
    }),
  }
}

async function runRows(id: string): Promise<readonly GraphRow[]> {
  return withReader(async ({ client }) => {
    const { subtasks, notes } = await namedRun(client, id).status()
    for (const note of notes) say(`note: ${note}`)
    return subtasks
  })
}
