// HOST. What a closed run of the code team has come to, as a directory or a branch: files, REPORT.md and run.json. Done as
// often as it is asked for with the same result, whether the run succeeded, failed, hit its cap or was cancelled.
import { writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { RunOutcome } from '../../client/outcome'
import { codeRunOf, type CodeRun } from '../../code-team/report/code-run'
import { newestSnapshot } from '../../code-team/report/newest-snapshot'
import { codeReport } from '../../code-team/report/report'
import { runJson } from '../../code-team/report/run-json'
import { messageOf, TroupeError } from '../../contract/errors'
import { makeDirectory } from '../../storage/make-directory'
import type { Store } from '../../storage/store'
import { MARK_FILE, writeDirectory } from '../../workspace/deliver-files'
import { folded } from '../../workspace/paths'
import { createBranch } from '../../workspace/repository'
import type { Artifacts, Snapshot } from '../../workspace/snapshot'
import { EMPTY_SNAPSHOT, loadSnapshot, textFiles } from '../../workspace/snapshots'
import { branchOf, deliveryPlaceOf, type DeliveryPlace } from './inputs'

/** Deliveries whose place nobody names; in a repository too, and for reports on a branch. */
export const OUT_DIRECTORY = 'troupe-out'
const REPORT_FILE = 'REPORT.md'

export interface Delivered {
  directory: string
  /** Absent where plain files were written. */
  branch?: string
  commit?: string
  /** Of the program; on a branch those that were changed. */
  files: number
  /** Path of the report; on a branch from its top. */
  report: string
}

/** What was delivered, and the run that it came from. */
export interface Delivery {
  run: CodeRun
  /** @throws TroupeError `DeliveryRefused`, `StoreUnavailable`, `ArtifactNotFound` */
  write(): Promise<Delivered>
}

/** Undefined for a run that `troupe code` has not started. `elsewhere` is a directory instead of the place that it was given. */
export function deliveryOf(
  outcome: RunOutcome,
  { inputs, elsewhere }: { inputs: unknown; elsewhere?: string },
  store: Store,
): Delivery | undefined {
  const given = deliveryPlaceOf(inputs)
  if (!given) return undefined
  const place = elsewhere === undefined ? given : { directory: elsewhere }
  const run = codeRunOf({ ...outcome, inputs })
  const write = (): Promise<Delivered> =>
    deliver(run, place, store.artifacts).catch((error: unknown) => {
      throw notWritten(error, place.directory)
    })
  return { run, write }
}

/** A full disk, or rights that were taken away meanwhile. */
function notWritten(error: unknown, directory: string): unknown {
  if (typeof (error as NodeJS.ErrnoException).syscall !== 'string') return error
  return new TroupeError('DeliveryRefused', `${directory} cannot be written: ${messageOf(error)}`, {
    hint: 'make room or get leave to write there',
    retryable: true,
    cause: error,
  })
}

async function deliver(run: CodeRun, place: DeliveryPlace, artifacts: Artifacts): Promise<Delivered> {
  const newest = (await newestSnapshot(artifacts, run))?.snapshot
  const texts = {
    [REPORT_FILE]: codeReport(run),
    // The run's name in it is what a delivery is known by
    [MARK_FILE]: `${JSON.stringify(runJson(run), undefined, 2)}\n`,
  }
  return place.commit === undefined
    ? deliverFiles(run, place.directory, { artifacts, snapshot: newest ?? EMPTY_SNAPSHOT, texts })
    : deliverBranch(run, { ...place, commit: place.commit }, { artifacts, snapshot: newest, texts })
}

interface Contents<Files> {
  artifacts: Artifacts
  snapshot: Files
  /** The report, and the same for programs. */
  texts: Record<string, string>
}

async function deliverFiles(
  run: CodeRun,
  directory: string,
  { artifacts, snapshot, texts }: Contents<Snapshot>,
): Promise<Delivered> {
  const ours = Object.keys(texts).map(folded)
  // A program that has a file of that name keeps it in the store; the report tells of the run
  const program = Object.entries(snapshot.files).filter(([path]) => !ours.includes(folded(path.split('/')[0]!)))
  const files = { ...Object.fromEntries(program), ...(await textFiles(artifacts, texts)) }
  const parent = dirname(directory)
  if (basename(parent) === OUT_DIRECTORY) await ignoreAll(parent)
  await writeDirectory({ artifacts, snapshot: { files }, directory, mark: run.runId })
  return { directory, files: program.length, report: join(directory, REPORT_FILE) }
}

/** What is delivered inside a repository by default is no part of it. */
async function ignoreAll(directory: string): Promise<void> {
  makeDirectory(directory)
  await writeFile(join(directory, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}

async function deliverBranch(
  run: CodeRun,
  { directory, commit: base }: Required<DeliveryPlace>,
  { artifacts, snapshot, texts }: Contents<Snapshot | undefined>,
): Promise<Delivered> {
  const before = run.base === undefined ? EMPTY_SNAPSHOT : await loadSnapshot(artifacts, run.base)
  const after = snapshot ?? before
  const branch = branchOf(run.runId)
  const folder = `${OUT_DIRECTORY}/${run.runId}`
  const files = Object.fromEntries(Object.entries(texts).map(([name, text]) => [`${folder}/${name}`, text]))
  const [title = run.runId] = (run.specification?.title ?? run.request ?? run.runId).split('\n')
  const message = `${title.slice(0, 72)}\n\nMade by the run ${run.runId}: see ${folder}/${REPORT_FILE}\n`
  const commit = await createBranch({ artifacts, directory, base, snapshot: after, branch, message, files })
  return { directory, branch, commit, files: changedFiles(before, after), report: `${folder}/${REPORT_FILE}` }
}

function changedFiles({ files: before }: Snapshot, { files: after }: Snapshot): number {
  const paths = new Set([...Object.keys(before), ...Object.keys(after)])
  const differs = (path: string): boolean =>
    before[path]?.artifact !== after[path]?.artifact || before[path]?.executable !== after[path]?.executable
  return [...paths].filter(differs).length
}
