// Every kept history is replayed by the workflow code as it is now: a run that an older version began goes on. And each of
// them is caught where the code would do otherwise, so that the check itself is known to work.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DefaultLogger, Runtime } from '@temporalio/worker'
import type { RunHistory } from '../../src/client/histories'
import { readHistoryFile, replayHistories, type ReplayedHistory } from '../../src/hosting/replay'
import { builtFile } from '../../src/package-root'
import type { Store } from '../../src/index'
import { revealed, type HistoryJson } from './support/neutral-history'
import { SHAPES } from './support/shapes'

const folder = join(__dirname, 'histories')
const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
const bundle = readFileSync(builtFile('workflow-bundle.js'), 'utf8')
/** All of them are small: nothing is fetched from a store. */
const noStore = { identity: { id: 'recorded', location: 'none' } } as Store

beforeAll(() => {
  const logging = { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } as const
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [], telemetryOptions: { logging } })
})
afterAll(() => Runtime.instance().shutdown())

function shapeOf(file: string): string {
  return file.replace(/(-\d+)?\.json$/, '')
}

async function replay(names: readonly string[], code: string): Promise<(ReplayedHistory & { file: string })[]> {
  const histories: RunHistory[] = []
  for (const file of names) histories.push(await readHistoryFile(join(folder, file)))
  const replayed: (ReplayedHistory & { file: string })[] = []
  for await (const one of replayHistories(histories, { store: noStore, code }))
    replayed.push({ file: names[replayed.length]!, ...one })
  return replayed
}

/** The code with a change; fails where it is not clear what to change. */
function changed(search: string, replacement: string): string {
  expect(bundle.split(search)).toHaveLength(2)
  return bundle.replace(search, replacement)
}

test('a history of every shape of run is kept', () => {
  const kept = new Set(files.map(shapeOf))
  expect([...kept].sort()).toEqual(SHAPES.map(({ name }) => name).sort())
})

test.each(files)('%s tells nothing of the machine that recorded it', (file) => {
  expect(revealed(JSON.parse(readFileSync(join(folder, file), 'utf8')) as HistoryJson)).toEqual([])
})

test('all of them are replayed as they were', async () => {
  const differences = (await replay(files, bundle)).filter(({ ok }) => !ok)
  expect(differences).toEqual([])
})

test('none of them passes where the workflows begin otherwise', async () => {
  const waits = 'await (0, workflow_1.sleep)(1);'
  const begin = /(async function (?:orchestrate|control)\([^)]*\) \{)/g
  expect(bundle.match(begin)).toHaveLength(2)
  const passed = (await replay(files, bundle.replace(begin, `$1 ${waits}`))).filter(({ ok }) => ok)
  expect(passed.map(({ file }) => file)).toEqual([])
})

test.each(SHAPES)('a change of what makes "$name" is noticed by its history', async ({ name, planted }) => {
  const own = files.filter((file) => shapeOf(file) === name)
  const replayed = await replay(own, changed(...planted))
  expect(replayed.filter(({ ok }) => !ok)).not.toEqual([])
})
