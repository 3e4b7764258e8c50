// HOST. The command line as commander knows it: every command, and how usage errors and help are told.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { packageRoot } from '../package-root'
import { addCommand } from './add'
import { adviseCommand } from './advise'
import { approvalsCommand } from './approvals'
import { attachCommand } from './attach'
import { budgetCommand } from './budget'
import { cancelCommand } from './cancel'
import { changeCommand } from './change'
import { closeCommand } from './close'
import { codeCommand } from './code'
import { answerCommand, approveCommand, rejectCommand } from './decisions'
import { demoCommand } from './demo'
import { eventsCommand } from './events'
import { graphCommand } from './graph'
import { replaceCommand, skipCommand } from './held'
import { initCommand } from './init'
import { listCommand } from './list'
import { pauseCommand } from './pause'
import { publishCommand } from './publish'
import { replayCommand } from './replay'
import { resultCommand } from './result'
import { resumeCommand } from './resume'
import { retryCommand } from './retry'
import { runCommand } from './run'
import { serverCommand } from './server'
import { printText } from './shared/output'
import { statusCommand } from './status'
import { taskCommand } from './task'
import { undoCommand } from './undo'
import { validateCommand } from './validate'
import { watchCommand } from './watch'
import { workerCommand } from './worker'

/** Its commands set `process.exitCode`, or throw. */
export function createProgram(): Command {
  const program = new Command('troupe')
    .description('Teams of agents that run as durable workflows on Temporal')
    .version(packageVersion(), '--version')
    .addHelpText('after', '\nExample:\n  $ troupe init && troupe run plan.yaml')
  const commands = [
    codeCommand(),
    demoCommand(),
    runCommand(),
    taskCommand(),
    validateCommand(),
    graphCommand(),
    listCommand(),
    statusCommand(),
    watchCommand(),
    eventsCommand(),
    resultCommand(),
    publishCommand(),
    approvalsCommand(),
    approveCommand(),
    rejectCommand(),
    answerCommand(),
    retryCommand(),
    skipCommand(),
    replaceCommand(),
    budgetCommand(),
    addCommand(),
    changeCommand(),
    cancelCommand(),
    closeCommand(),
    pauseCommand(),
    resumeCommand(),
    undoCommand(),
    attachCommand(),
    workerCommand(),
    serverCommand(),
    replayCommand(),
    initCommand(),
    adviseCommand(),
  ]
  for (const command of commands) program.addCommand(command)
  for (const command of [program, ...commands, ...commands.flatMap((one) => one.commands)]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => printText(text.trimEnd()),
      // Usage errors are reported like all others, where they are caught
      writeErr: () => undefined,
    })
  }
  return program
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }
  return version
}
