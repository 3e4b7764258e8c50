// HOST. `troupe publish`: tells a run something, as an event.
import type { Command } from 'commander'
import type { JsonValue } from '../contract/json'
import { jsonArgument } from './shared/json-argument'
import { withReader } from './shared/open'
import { dataCommand, type OutputOption } from './shared/options'
import { printValue } from './shared/output'
import { namedRun } from './shared/run-or-latest'

interface PublishOptions extends OutputOption {
  payload?: string
  source?: string
  correlationId?: string
}

export function publishCommand(): Command {
  return dataCommand('publish', 'publish an event to a run', `troupe publish docs-x4k2 note.added --payload '"hello"'`)
    .argument('<run>', 'the run')
    .argument('<type>', "the event's type, for example note.added")
    .option('--payload <json>', 'what the event says, as JSON or @FILE')
    .option('--source <name>', 'who says it', 'cli')
    .option('--correlation-id <id>', 'what it belongs to')
    .action(publish)
}

async function publish(runId: string, type: string, options: PublishOptions): Promise<void> {
  const { source, correlationId, output } = options
  const payload = ((await jsonArgument('--payload', options.payload)) ?? null) as JsonValue
  const event = { type, payload, source, ...(correlationId === undefined ? {} : { correlationId }) }
  await withReader(({ client }) => namedRun(client, runId).publish(event))
  printValue(output, { runId, ...event }, () => `published ${type} to ${runId}`)
}
