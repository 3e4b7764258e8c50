// HOST. `troupe add`: subtasks for a run that goes on.
import type { Command } from 'commander'
import { isObject, preview } from '../contract/json'
import { TroupeError } from '../contract/errors'
import type { SubTask } from '../contract/plan'
import { changedLine } from './render/changed'
import { given } from './shared/given'
import { withReader } from './shared/open'
import { byOption, dataCommand, planVersionOption, type ChangeOptions } from './shared/options'
import { printValue, say } from './shared/output'
import { namedRun } from './shared/run-or-latest'

/** Keys of a plan that say nothing of subtasks which are added to a run. */
const HARMLESS = ['name', 'inputs']

export function addCommand(): Command {
  return dataCommand('add', 'add subtasks to a run', 'troupe add docs-x4k2 more.yaml')
    .argument('<run>', 'the run')
    .argument('<file>', 'a plan file, or YAML or JSON with "subtasks"; - for standard input')
    .addOption(planVersionOption())
    .addOption(byOption())
    .action(add)
}

async function add(runId: string, path: string, { output, planVersion, by }: ChangeOptions): Promise<void> {
  const subtasks = await readSubtasks(path)
  const answer = await withReader(({ client }) =>
    namedRun(client, runId).add(subtasks, given({ version: planVersion, by })),
  )
  printValue(output, { runId, ...answer }, () => changedLine('added', runId, answer))
}

/** As they stand: the run itself judges them, since they may refer to what it has. */
async function readSubtasks(path: string): Promise<SubTask[]> {
  const { readPlanFile } = await import('../plan-file/read-plan-file.js')
  const { plan, file } = await readPlanFile(path)
  const { subtasks, ...rest } = isObject(plan) ? plan : { subtasks: plan }
  const ignored = Object.keys(rest).filter((key) => !HARMLESS.includes(key))
  if (Array.isArray(subtasks) && subtasks.length > 0) {
    if (ignored.length > 0) say(`note: only the subtasks of ${file} are added, and not its ${ignored.join(', ')}`)
    return subtasks as SubTask[]
  }
  throw new TroupeError('InvalidUsage', `${file} has no subtasks: "subtasks" is ${preview(subtasks)}`, {
    hint: 'subtasks: [{"id": "more", "agentType": "echo"}]',
  })
}
