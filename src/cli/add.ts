// HOST. `troupe add`: subtasks for a run that goes on.
import type { Command } from 'commander'
import { isObject, preview } from '../contract/json'
import { asTroupeError, TroupeError } from '../contract/errors'
import type { SubTask } from '../contract/plan'
import type { Position } from '../plan-file/plan-file'
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
  const { readPlanFile } = await import('../plan-file/read-plan-file.js')
  const { atPosition, withPlaces } = await import('../plan-file/refusals.js')
  const { plan, file, locate } = await readPlanFile(path)
  // A list alone is one of subtasks: what is said of `subtasks[0]` stands at `[0]`
  const isList = !isObject(plan)
  const located = (at: string): Position => locate(isList ? at.replace(/^subtasks/, '') : at)
  const { subtasks, ...rest } = isList ? { subtasks: plan } : plan
  if (!Array.isArray(subtasks) || subtasks.length === 0) {
    const message = `no subtasks: "subtasks" is ${preview(subtasks)}`
    throw new TroupeError('InvalidUsage', atPosition(file, located('subtasks'), message), {
      hint: 'subtasks: [{"id": "more", "agentType": "echo"}]',
    })
  }
  const ignored = Object.keys(rest).filter((key) => !HARMLESS.includes(key))
  if (ignored.length > 0) say(`note: only the subtasks of ${file} are added, and not its ${ignored.join(', ')}`)
  // As they stand: the run itself judges them, since they may refer to what it has
  const adding = withReader(({ client }) =>
    namedRun(client, runId).add(subtasks as SubTask[], given({ version: planVersion, by })),
  )
  const answer = await adding.catch((error: unknown) => {
    const known = asTroupeError(error)
    throw known ? withPlaces(known, { file, locate: located }) : error
  })
  printValue(output, { runId, ...answer }, () => changedLine('added', runId, answer))
}
