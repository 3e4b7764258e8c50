// HOST. `troupe resume`: what was paused goes on.
import type { Command } from 'commander'
import { withReader } from './shared/open'
import { printValue } from './shared/output'
import { pausedSubject, subjectCommand, toldRuns, type SubjectOptions } from './shared/paused-subject'
import { namedRun } from './shared/run-or-latest'

export function resumeCommand(): Command {
  return subjectCommand('resume', 'let a paused run, or agent, go on', 'troupe resume docs-x4k2').action(resume)
}

async function resume(runId: string | undefined, options: SubjectOptions): Promise<void> {
  const { output } = options
  const subject = await pausedSubject(runId, options)
  if ('run' in subject) {
    const { run } = subject
    await withReader(({ client }) => namedRun(client, run).resume())
    printValue(output, { runId: run, paused: false }, () => `${run} goes on`)
    return
  }
  const { agent, team } = subject
  const { notes: _, ...answer } = await withReader(({ client }) => client.resumeAgent(subject))
  printValue(
    output,
    { agent, paused: false, ...answer },
    () => `the agent "${agent}" goes on in all runs of the team "${team}": ${toldRuns(answer.told)}`,
  )
}
