// HOST. `troupe result`: what a run has left, or one of its subtasks.
import type { Command } from 'commander'
import type { Run } from '../client/run'
import type { RunOutcome } from '../client/outcome'
import { renderCalls } from './render/calls'
import { renderOutcome } from './render/outcome'
import { uiLink, withReader, type Reader } from './shared/open'
import { dataCommand, type OutputOption } from './shared/options'
import { printRows, printValue, say, type OutputFormat } from './shared/output'
import { RUN_ARGUMENT, runOrLatest } from './shared/run-or-latest'
import { dataColor } from './shared/terminal'
import { outputText } from './task'

interface ResultOptions extends OutputOption {
  task?: string
  calls?: boolean
}

export function resultCommand(): Command {
  return dataCommand('result', 'print what a run has left', 'troupe result docs-x4k2 --task outline')
    .argument('[run]', RUN_ARGUMENT)
    .option('--task <id>', 'only the output of this subtask')
    .option('--calls', 'the model calls instead: tokens, cost and time of each, also while the subtask runs')
    .action(async (id: string | undefined, { task, calls, output }: ResultOptions) => {
      await withReader(async (reader) => {
        const run = await runOrLatest(reader.client, id)
        if (calls) await callsOf(run, task, output)
        else await (task === undefined ? runResults(run, output, reader) : taskResult(run, task, output))
      })
    })
}

async function runResults(run: Run, format: OutputFormat, { server }: Reader): Promise<void> {
  const { notes, ...results } = await run.results()
  for (const note of notes) say(`note: ${note}`)
  const isOpen = results.status === 'running' || results.status === 'preparing'
  if (isOpen) say(`note: the run has not ended: these are its results so far`)
  const link = uiLink(server, run.id)
  printValue(format, results, () => {
    // The picture of an end fits a run that goes on as well: its status says which it is
    return renderOutcome(results as RunOutcome, { color: dataColor(), ...(link ? { uiLink: link } : {}) })
  })
}

async function callsOf(run: Run, task: string | undefined, format: OutputFormat): Promise<void> {
  const calls = await run.modelCalls(task)
  printRows(format, calls, () => renderCalls(calls, { color: dataColor(), named: task === undefined }))
}

async function taskResult(run: Run, task: string, format: OutputFormat): Promise<void> {
  const result = await run.task(task)
  if (!result) say(`note: "${task}" has not ended`)
  if (format !== 'text') printValue(format, result ?? null, () => '')
  else if (result?.success) printValue(format, result, () => outputText(result.output))
  else if (result) say(`note: "${task}" ${result.status}: ${result.error?.code ?? ''} ${result.error?.message ?? ''}`)
}
