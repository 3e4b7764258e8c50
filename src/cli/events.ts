// HOST. `troupe events`: a run's event log, as it is or as it grows.
import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import type { EventFilter } from '../contract/event'
import { TroupeError } from '../contract/errors'
import { renderEvent } from './render/event'
import { withReader } from './shared/open'
import { dataCommand, wholeNumber, type OutputOption } from './shared/options'
import { printJsonLine, printRows, printText, say } from './shared/output'
import { RUN_ARGUMENT, runOrLatest } from './shared/run-or-latest'
import { dataColor } from './shared/terminal'
import { sayWarnings } from './shared/watch-lines'

interface EventsOptions extends OutputOption, EventFilter {
  follow?: boolean
}

export function eventsCommand(): Command {
  return dataCommand('events', "print a run's events", 'troupe events docs-x4k2 --type subtask.failed --since 10m')
    .argument('[run]', RUN_ARGUMENT)
    .option('--type <type>', 'only events of this type')
    .option('--since <time>', 'only from this time on: ISO, or so long ago (90s, 10m, 2h, 1d)', pointInTime)
    .option('--after <offset>', 'only those behind this offset', wholeNumber(0))
    .option('--limit <count>', 'how many at most', wholeNumber(1))
    .option('-f, --follow', 'go on with those that come, until the run ends')
    .action(events)
}

async function events(id: string | undefined, { output, follow, ...filter }: EventsOptions): Promise<void> {
  if (follow && output === 'json')
    throw new TroupeError('InvalidUsage', 'an array that grows cannot be printed', {
      hint: '--follow goes with --output jsonl or text',
    })
  const color = dataColor()
  await withReader(async ({ client }) => {
    const run = await runOrLatest(client, id)
    if (!follow) {
      const [found, { notes }] = await Promise.all([run.getEventLog(filter), run.status()])
      for (const note of notes) say(`note: ${note}`)
      return printRows(output, found, () => found.map((event) => renderEvent(event, { color })))
    }
    const end = new AbortController()
    void sayWarnings(run, end.signal)
    for await (const event of run.events(filter)) {
      if (output === 'jsonl') printJsonLine(event)
      else printText(renderEvent(event, { color }))
    }
    end.abort()
  })
}

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** An ISO time, from itself or from so long ago. */
function pointInTime(text: string): string {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const time = count ? Date.now() - Number(count) * UNITS[unit as keyof typeof UNITS] : Date.parse(text)
  const date = new Date(time)
  if (!Number.isNaN(date.getTime()) && (count || /^\d{4}-\d\d-\d\d/.test(text))) return date.toISOString()
  throw new InvalidArgumentError('an ISO time is wanted (2026-01-31T12:00:00Z), or so long ago (90s, 10m, 2h, 1d).')
}
