// Runs commands as agents, with what a test does not care about filled in.
import { runCommand, type CommandResult, type RunCommandOptions } from '../../../../src/agents/process/run-command'

export function run(command: string[], options: Partial<RunCommandOptions> = {}): Promise<CommandResult> {
  const signal = new AbortController().signal
  return runCommand({ cwd: process.cwd(), env: [], payload: {}, signal, hasOutputSchema: false, ...options, command })
}

/** Runs a script of the shell. */
export function shell(script: string, options: Partial<RunCommandOptions> = {}): Promise<CommandResult> {
  return run(['sh', '-c', script], options)
}
