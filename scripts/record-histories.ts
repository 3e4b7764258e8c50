// Records the histories that test/replay keeps: each shape of run that has none yet, by a real server. What is kept is never
// recorded again: it stands for the runs that an older version has begun. `npm run record-histories [NAME…]`
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils'
import { connect, openFileStore, type Store } from '../src/index'
import { ensureNamespaces } from '../src/server/namespaces'
import { ensureDevServer } from '../src/server/ensure-server'
import { stopServer } from '../src/server/stop-server'
import { neutral, revealed, type HistoryJson } from '../test/replay/support/neutral-history'
import { recordedTeam } from '../test/replay/support/recorded-team'
import type { Shape } from '../test/replay/support/shape'
import { SHAPES } from '../test/replay/support/shapes'

const HISTORIES = resolve('test/replay/histories')
/** A history that is kept for ever is no larger than what it shows. */
const MAX_BYTES = 256 * 1024

function wanted(names: readonly string[]): Shape[] {
  const unknown = names.find((name) => !SHAPES.some((shape) => shape.name === name))
  if (unknown !== undefined)
    throw new Error(`there is no shape "${unknown}"; there are: ${SHAPES.map(({ name }) => name).join(', ')}`)
  const kept = names.find(isKept)
  if (kept !== undefined)
    throw new Error(`"${kept}" is kept, and never recorded again: give a changed shape a new name`)
  return SHAPES.filter(({ name }) => (names.length === 0 ? !isKept(name) : names.includes(name)))
}

function isKept(name: string): boolean {
  return readdirSync(HISTORIES).some((file) => file.replace(/(-\d+)?\.json$/, '') === name)
}

async function record(shape: Shape, address: string, directory: string): Promise<void> {
  const { name, continueAfterEvents } = shape
  const namespace = `record-${name}`
  await ensureNamespaces(address, [namespace])
  const troupe = await connect({ address, namespace, store: await namelessStore(join(directory, name)) })
  const connection = await Connection.connect({ address })
  try {
    if (continueAfterEvents !== undefined) process.env['TROUPE_CONTINUE_AFTER_EVENTS'] = String(continueAfterEvents)
    await troupe.serve(recordedTeam)
    const workflowIds = await shape.record(troupe, new Client({ connection, namespace, identity: 'recorder' }))
    const histories: HistoryJson[] = []
    for (const workflowId of workflowIds)
      for await (const { history } of troupe.client.histories(workflowId))
        histories.push(neutral(JSON.parse(historyToJSON(history)) as HistoryJson))
    keep(name, histories)
  } finally {
    delete process.env['TROUPE_CONTINUE_AFTER_EVENTS']
    await troupe.close()
    await connection.close()
  }
}

/** A store that does not say where it was. */
async function namelessStore(directory: string): Promise<Store> {
  const { artifacts, records } = await openFileStore({ directory })
  return { artifacts, records, identity: { id: 'recorded', location: 'recorded' } }
}

/** All of a shape's histories, or none. */
function keep(name: string, histories: readonly HistoryJson[]): void {
  const names = [hostname(), userInfo().username, process.cwd(), tmpdir()]
  const texts = histories.map((history) => {
    const found = revealed(history, names)
    if (found.length > 0) throw new Error(`the history of "${name}" tells: ${[...new Set(found)].join(', ')}`)
    const text = `{"events":[\n${history.events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`
    if (text.length > MAX_BYTES) throw new Error(`the history of "${name}" has ${text.length} bytes`)
    return text
  })
  texts.forEach((text, place) => {
    const file = `${name}${texts.length === 1 ? '' : `-${place + 1}`}.json`
    writeFileSync(join(HISTORIES, file), text, { flag: 'wx' })
    console.log(`${file}: ${histories[place]!.events.length} events`)
  })
}

async function main(): Promise<void> {
  mkdirSync(HISTORIES, { recursive: true })
  const shapes = wanted(process.argv.slice(2))
  const directory = mkdtempSync(join(tmpdir(), 'troupe-record-'))
  const stateDir = join(directory, 'server')
  try {
    const { address } = await ensureDevServer({ stateDir, ephemeral: true, onProgress: console.error })
    for (const shape of shapes) await record(shape, address, directory)
  } finally {
    await stopServer({ stateDir })
    rmSync(directory, { recursive: true, force: true })
  }
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error((error as Error).message)
    process.exit(1)
  },
)
