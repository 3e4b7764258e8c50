// HOST. `troupe graph`: the subtasks of a plan or a run and what each of them waits for.
import { existsSync } from 'node:fs'
import { Option, type Command } from 'commander'
import { TroupeError } from '../contract/errors'
import { renderGraph, type GraphFormat, type GraphRow } from './render/graph'
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
  const rows = isPlan ? await planRows(subject, team) : await runRows(subject)
  if (format === undefined && output === 'jsonl') printJsonLine(JSON.parse(renderGraph(rows, 'json')))
  else printText(renderGraph(rows, format ?? (output === 'text' ? 'text' : 'json')))
}

async function planRows(path: string, team: string | undefined): Promise<GraphRow[]> {
  const source = await openPlan(path, { team, inputsMayBeMissing: true })
  const { nodes, agents } = source.check()
  return nodes.map(({ id, agents: [first], dependsOn }) => ({ id, agent: agents[first!]!.name, dependsOn }))
}

async function runRows(id: string): Promise<readonly GraphRow[]> {
  return withReader(async ({ client }) => {
    const { subtasks, notes } = await namedRun(client, id).status()
    for (const note of notes) say(`note: ${note}`)
    return subtasks
  })
}
