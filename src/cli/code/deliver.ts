// HOST. What a closed run of the code team has come to, as a directory or a branch: files, REPORT.md and run.json. Done as
// often as it is asked for with the same result, whether the run succeeded, failed, hit its cap or was cancelled.
import { writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { RunOutcome } from '../../client/outcome'
import { codeRunOf, type CodeRun } from '../../code-team/report/code-run'
import { codeReport } from '../../code-team/report/report'
import { runJson } from '../../code-team/report/run-json'
import { messageOf, TroupeError } from '../../contract/errors'
import { makeDirectory } from '../../storage/make-directory'
import type { RunKey } from '../../contract/messages'
import type { Store } from '../../storage/store'
import { diffCommits } from '../../workspace/branch'
import { MARK_FILE, writeDirectory } from '../../workspace/deliver-files'
import { diffSnapshots } from '../../workspace/diff-snapshots'
import { folded } from '../../workspace/paths'
import { createBranch } from '../../workspace/repository'
import type { Artifacts, Snapshot } from '../../workspace/snapshot'
import { textFiles } from '../../workspace/snapshots'
import { treeChanges } from '../../workspace/tree-changes'
import { applyChanges, noteBranch, sidesOf } from './changes'
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
  /**
   * Of a delivery to a repository: changes its working tree too; returns how many files.
   *
   * @throws TroupeError `PatchConflict`, `DeliveryRefused`
   */
  apply(): Promise<number>
  /** What was changed, as a unified diff. */
  diff(delivered: Delivered): Promise<string>
}

export interface DeliveryOptions {
  key: RunKey
  inputs: unknown
  /** A directory instead of the place that it was given. */
  elsewhere?: string
}

/** Undefined for a run that `troupe code` has not started. */
export function deliveryOf(
  outcome: RunOutcome,
  { key, inputs, elsewhere }: DeliveryOptions,
  store: Store,
): Delivery | undefined {
  const given = deliveryPlaceOf(inputs)
  if (!given) return undefined
  const place = elsewhere === undefined ? given : { directory: elsewhere }
  const run = codeRunOf({ ...outcome, inputs })
  const { artifacts, records } = store
  const write = async (): Promise<Delivered> => {
    const delivered = await deliver(run, place, artifacts).catch((error: unknown) => {
      throw notWritten(error, place.directory)
    })
    await noteBranch(records, key, delivered)
    return delivered
  }
  return {
    run,
    write,
    apply: () => applyChanges(run, place, { key, store }),
    diff: async ({ directory, commit }) => {
      if (place.commit !== undefined && commit !== undefined)
        return diffCommits(directory, place.commit, commit, reportFolder(run))
      return diffSnapshots(artifacts, ...(await sidesOf(artifacts, run)))
    },
  }
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
  const [before, newest] = await sidesOf(artifacts, run)
  const texts = {
    [REPORT_FILE]: codeReport(run),
    // The run's name in it is what a delivery is known by
    [MARK_FILE]: `${JSON.stringify(runJson(run), undefined, 2)}\n`,
  }
  return place.commit === undefined
    ? deliverFiles(run, place.directory, { artifacts, snapshot: newest, texts })
    : deliverBranch(run, { ...place, commit: place.commit }, { artifacts, before, snapshot: newest, texts })
}

interface Contents {
  artifacts: Artifacts
  snapshot: Snapshot
  /** The report, and the same for programs. */
  texts: Record<string, string>
}

async function deliverFiles(
  run: CodeRun,
  directory: string,
  { artifacts, snapshot, texts }: Contents,
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
  { artifacts, before, snapshot, texts }: Contents & { before: Snapshot },
): Promise<Delivered> {
  const branch = branchOf(run.runId)
  const folder = reportFolder(run)
  const files = Object.fromEntries(Object.entries(texts).map(([name, text]) => [`${folder}/${name}`, text]))
  const [title = run.runId] = (run.specification?.title ?? run.request ?? run.runId).split('\n')
  const message = `${title.slice(0, 72)}\n\nMade by the run ${run.runId}: see ${folder}/${REPORT_FILE}\n`
  const commit = await createBranch({ artifacts, directory, base, snapshot, branch, message, files })
  return { directory, branch, commit, files: treeChanges(before, snapshot).length, report: `${folder}/${REPORT_FILE}` }
}

/** On a branch. */
function reportFolder({ runId }: CodeRun): string {
  return `${OUT_DIRECTORY}/${runId}`
}
