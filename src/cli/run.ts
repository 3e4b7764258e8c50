// HOST. `troupe run`: checks a plan, serves its agents, starts it, and shows it until it ends.
import type { Command } from 'commander'
import { attend } from './shared/attend'
import type { ExitCode } from './shared/exit-codes'
import { leaveRunning } from './shared/leave-running'
import { withModelOptions, type ModelOptions } from './shared/model-options'
import { given } from './shared/given'
import { dataCommand, inputOption, teamOption, wholeNumber, type OutputOption } from './shared/options'
import { openPlan } from './shared/plan-source'
import { withStartedRun } from './shared/start-run'

interface RunOptions extends OutputOption, ModelOptions {
  team?: string
  input?: string
  id?: string
  detach?: boolean
  open?: boolean
  maxSubtasks?: number
  worker: boolean
}

export function runCommand(): Command {
  const example = 'troupe run plan.yaml --input \'{"topic": "tides"}\''
  return withModelOptions(dataCommand('run', 'run a plan and wait for its end', example))
    .argument('<plan>', 'plan file, YAML or JSON; - for standard input')
    .addOption(teamOption())
    .addOption(inputOption())
    .option('--id <id>', "the run's id; PLAN-xxxx unless given")
    .option('--open', 'stay up for events when all is done, until troupe close')
    .option(
      '--max-subtasks <count>',
      'how many it may have, spawned and added ones too; 100000 unless given',
      wholeNumber(1),
    )
    .option('--detach', 'start it and return; workers elsewhere carry it out')
    .option('--no-worker', 'host no workers: only start, wait and watch')
    .action(async (plan: string, options: RunOptions) => {
      process.exitCode = await run(plan, options)
    })
}

async function run(path: string, options: RunOptions): Promise<ExitCode> {
  const { team, input, id, detach = false, worker, output, open, maxSubtasks } = options
  const source = await openPlan(path, { team, input, maxSubtasks })
  const settings = given({ open, maxSubtasks, planFile: source.file })
  const start = { ...source, models: { ...options, waits: !detach }, id, hosts: worker && !detach, settings }
  return withStartedRun(start, async ({ troupe, run, interrupts, failed, ended }) => {
    if (detach) return leaveRunning(run.id, output)
    return attend({ run, server: troupe.server, format: output, interrupts, failed, ended })
  })
}
