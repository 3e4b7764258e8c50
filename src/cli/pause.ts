// HOST. `troupe pause`: a run, or an agent over all runs of its team, starts nothing new; what is in flight goes on.
import type { Command } from 'commander'
import { troupeCommand } from '../contract/run/waiting-commands'
import { withReader } from './shared/open'
import { notEmpty } from './shared/options'
import { printValue, say } from './shared/output'
import { pausedSubject, subjectCommand, toldRuns, type SubjectOptions } from './shared/paused-subject'
import { namedRun } from './shared/run-or-latest'

interface PauseOptions extends SubjectOptions {
  reason?: string
}

export function pauseCommand(): Command {
  return subjectCommand('pause', 'let nothing new start in a run, or at an agent', 'troupe pause docs-x4k2')
    .option('--reason <text>', 'why, for whoever wonders', notEmpty)
    .action(pause)
}

async function pause(runId: string | undefined, options: PauseOptions): Promise<void> {
  const { output, reason } = options
  const subject = await pausedSubject(runId, options)
  const why = reason === undefined ? {} : { reason }
  if ('run' in subject) {
    const { run } = subject
    await withReader(({ client }) => namedRun(client, run).pause(why))
    printValue(output, { runId: run, paused: true, ...why }, () => [
      `${run} is paused: what is in flight goes on, nothing new starts`,
      `${troupeCommand('resume', [run])} lets it go on`,
    ])
    return
  }
  const { agent, team } = subject
  const { notes, ...answer } = await withReader(({ client }) => client.pauseAgent({ ...subject, ...why }))
  for (const note of notes) say(`note: ${note}`)
  printValue(output, { agent, paused: true, ...answer }, () => [
    `the agent "${agent}" is paused in all runs of the team "${team}": ${toldRuns(answer.told)}`,
    `${troupeCommand('resume', [], ['--agent', agent, '--team', team])} lets it go on`,
  ])
}
