// HOST. Everything that `troupe code` checks before anything is started: request, id, place of delivery, sandbox, repository.
import { randomInt } from 'node:crypto'
import { join, resolve } from 'node:path'
import { CODER } from '../../code-team/coder-program/coder-program'
import { takeInventory } from '../../code-team/map/inventory'
import { sourcesOf } from '../../code-team/map/repository-map'
import { codePlan, CODE_PLAN } from '../../code-team/plan'
import { requireOneCoder } from '../../code-team/texts'
import type { TeamManifest } from '../../contract/agent'
import { TroupeError } from '../../contract/errors'
import { firstOf, preview } from '../../contract/json'
import type { CheckedPlan } from '../../contract/schema/check-plan'
import { defaultStoreLocation } from '../../storage/defaults'
import { openStore } from '../../storage/open-store'
import { deliveryTarget } from '../../workspace/deliver-files'
import { findInstalled } from '../../workspace/lending/find-installed'
import type { Installed } from '../../workspace/lending/lending'
import { readHead } from '../../workspace/repository'
import { requireSandbox } from '../../workspace/sandbox-probe'
import { fileAt, storeSnapshot } from '../../workspace/snapshots'
import { refuseTakenBranch } from '../../workspace/taken-branch'
import { checkMadePlan } from '../shared/made-plan'
import { say } from '../shared/output'
import { OUT_DIRECTORY } from './deliver'
import { branchOf, withDelivery, type DeliveryPlace } from './inputs'

/** What was asked for, as the command line has it. */
export interface CodeOrder {
  request: string
  language?: string
  maxRounds?: number
  mode?: string
  /** What runs a repository's own tests. */
  testCommand?: string
  /** Tests of it that may be changed. */
  mayChange?: readonly string[]
  mutate?: boolean
  id?: string
  /** Whether the repository's working tree is to be changed too. */
  apply?: boolean
  /** Where it is delivered to; `troupe-out/<run>` unless given. */
  dir?: string
}

export interface PreparedCode {
  id: string
  check(): CheckedPlan
}

/** Ids are names of directories and branches too. */
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/
const ID_CHARACTERS = 'abcdefghjkmnpqrstuvwxyz23456789'
const ID_LENGTH = 4
/** Links, submodules and the like that a line names. */
const NAMED = 3

/**
 * `needsSandbox` where this process is going to run what the agents write.
 *
 * @throws TroupeError `InvalidUsage`, `DeliveryRefused`, `SandboxUnavailable`, `StoreUnavailable`, `TooManyTokens`
 */
export async function prepareCode(
  order: CodeOrder,
  { manifest, needsSandbox }: { manifest: TeamManifest; needsSandbox: boolean },
): Promise<PreparedCode> {
  const { dir, id = freshId(), apply = false, ...request } = order
  if (!ID.test(id)) {
    throw new TroupeError('InvalidUsage', `${preview(id)} is not an id for a run of the code team`, {
      hint: 'letters, digits, "-" and "_", at most 100: it names a directory or a branch',
    })
  }
  codePlan(request)
  const directory = resolve(dir ?? join(OUT_DIRECTORY, id))
  const target = await deliveryTarget(directory)
  if (target === 'repository') await refuseTakenBranch(directory, branchOf(id))
  else {
    const needing = { '--apply': apply, '--test': order.testCommand, '--may-change': order.mayChange?.length }
    const [option] = Object.entries(needing).find(([, given]) => Boolean(given)) ?? []
    if (option !== undefined) throw withoutRepository(option, directory)
  }
  if (needsSandbox) await requireSandbox()
  // A program that is the coder looks into the repository by itself
  const isShownWhole = order.mode === 'single' && manifest.agents.some(({ name, model }) => name === CODER && model)
  const head =
    target === 'repository' ? await readRepository(directory, { isShownWhole, mayChange: order.mayChange }) : undefined
  const { plan, inputs } = codePlan({ ...request, ...(head ? { base: head.base, installed: head.installed } : {}) })
  const place: DeliveryPlace = { directory, ...(head ? { commit: head.commit } : {}) }
  const given = { team: manifest, inputs: withDelivery(inputs, place) }
  return { id, check: () => checkMadePlan(plan, given) }
}

function withoutRepository(option: string, directory: string): TroupeError {
  return new TroupeError('InvalidUsage', `${option}: ${directory} is no repository that was there before`, {
    hint: 'name the top of a git repository: --dir DIRECTORY',
  })
}

/** The last commit's files, kept where the agents find them. */
async function readRepository(
  directory: string,
  { isShownWhole, mayChange = [] }: { isShownWhole: boolean; mayChange?: readonly string[] },
): Promise<{ commit: string; base: string; installed?: Installed }> {
  const { artifacts } = await openStore(defaultStoreLocation())
  const { commit, snapshot, leftOut } = await readHead(artifacts, directory)
  const unknown = mayChange.find((path) => !fileAt(snapshot, path))
  if (unknown !== undefined) {
    throw new TroupeError('InvalidUsage', `--may-change: the last commit has no file ${preview(unknown)}`, {
      hint: 'paths count from the top of the repository: test/add.test.js',
    })
  }
  if (isShownWhole) requireOneCoder(await takeInventory(sourcesOf(artifacts, snapshot)))
  say(`note: it begins from the commit ${commit.slice(0, 10)}; what is not committed is not seen, and not touched`)
  if (leftOut.length > 0) {
    const named = leftOut.slice(0, NAMED).map(({ path, why }) => `${path} (${why})`)
    const more = leftOut.length - named.length
    say(`note: not shown to the agents: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`)
  }
  const installed = await findInstalled(directory, { commit, snapshot })
  if (installed) say(`note: lent to tests, read-only: ${toldInstalled(installed)}`)
  return { commit, base: await storeSnapshot(artifacts, snapshot), ...(installed ? { installed } : {}) }
}

function toldInstalled({ paths, tools }: Installed): string {
  return firstOf([...paths, ...tools.map((tool) => `what ${tool} has fetched`)], NAMED)
}

function freshId(): string {
  const characters = Array.from({ length: ID_LENGTH }, () => ID_CHARACTERS[randomInt(ID_CHARACTERS.length)])
  return `${CODE_PLAN}-${characters.join('')}`
}
