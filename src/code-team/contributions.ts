// TEAM. From a model's files to a contribution: what may not be written, what stands from earlier rounds, and what it adds.
import { ownershipProblems, type OwnedPatch } from '../workspace/patches'
import { pathProblem } from '../workspace/paths'
import { isOwned } from '../workspace/paths'
import type { Artifacts, Patch, Snapshot, SnapshotFile } from '../workspace/snapshot'
import { textFiles } from '../workspace/snapshots'
import type { Contribution, FilesAnswer, Module, Role } from './documents'

/** Characters of one file: far more than anybody should write at once. */
const FILE_LENGTH = 500_000

/** Who may write what, as patches name it. */
export function ownerOfRole({ name, paths, testPaths }: Module, role: Role): Omit<OwnedPatch, 'patch'> {
  return role === 'code'
    ? { owner: `the coder of "${name}"`, paths }
    : { owner: `the test-agent of "${name}"`, paths: testPaths }
}

/** Why an answer cannot be taken: a path that is bad, twice, or not its own. */
export function filesProblems(answer: FilesAnswer, owner: Omit<OwnedPatch, 'patch'>, base: Snapshot): string[] {
  const paths = answer.files.map(({ path }) => path)
  const odd = [...paths, ...answer.remove].flatMap((path) => {
    // An object of that one key is a reference, wherever it stands
    const problem = path === '$from' ? 'it is a reserved name' : pathProblem(path)
    return problem === undefined ? [] : [`${JSON.stringify(path.slice(0, 200))} cannot be written: ${problem}`]
  })
  if (odd.length > 0) return odd
  const twice = [...new Set(paths.filter((path, place) => paths.indexOf(path) !== place))]
  const large = answer.files.filter(({ content }) => content.length > FILE_LENGTH)
  return [
    ...twice.map((path) => `"${path}" is written twice`),
    ...large.map(({ path }) => `"${path}" has more than ${FILE_LENGTH} characters`),
    ...ownershipProblems(base, [{ ...owner, patch: outline(answer) }]),
  ]
}

/** The newest state of what one agent has left, over all rounds. */
export async function contributionOf(
  artifacts: Artifacts,
  { module, role, previous, answer }: { module: string; role: Role; previous?: Contribution; answer: FilesAnswer },
): Promise<Contribution> {
  const write = await textFiles(artifacts, Object.fromEntries(answer.files.map(({ path, content }) => [path, content])))
  const { remove, notes } = answer
  return contributionOfPatch({ module, role, ...(previous ? { previous } : {}), patch: { write, remove }, notes })
}

/** The same of files that are stored already. */
export function contributionOfPatch({
  module,
  role,
  previous,
  patch,
  notes,
}: {
  module: string
  role: Role
  previous?: Contribution
  patch: Patch
  notes: string
}): Contribution {
  const before: Patch = previous?.patch ?? { write: {}, remove: [] }
  const write: Record<string, SnapshotFile> = { ...before.write, ...patch.write }
  for (const path of patch.remove) delete write[path]
  const remove = [...new Set([...before.remove, ...patch.remove])].filter((path) => !Object.hasOwn(write, path))
  return { module, role, patch: { write, remove }, notes }
}

/** What stands where an answer was not taken. */
export function refusedContribution(
  { module, role, previous }: { module: string; role: Role; previous?: Contribution },
  refusal: string,
): Contribution {
  return { module, role, patch: previous?.patch ?? { write: {}, remove: [] }, notes: '', refusal }
}

/** Files as they are for somebody: those of the base at its paths, with what it has changed so far. */
export function filesAt(
  base: Snapshot,
  paths: readonly string[],
  contribution: Contribution | undefined,
): Record<string, SnapshotFile> {
  const owned = Object.entries(base.files).filter(([path]) => isOwned(path, paths))
  const files = { ...Object.fromEntries(owned), ...contribution?.patch.write }
  for (const path of contribution?.patch.remove ?? []) delete files[path]
  return files
}

/** A patch whose bytes are not stored yet: enough to ask for its paths. */
function outline({ files, remove }: FilesAnswer): Patch {
  const file = { artifact: '0'.repeat(64), bytes: 0 }
  return { write: Object.fromEntries(files.map(({ path }) => [path, file])), remove }
}
