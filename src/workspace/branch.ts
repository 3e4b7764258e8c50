// HOST. A branch that was made: what it changes, and how it is taken away again. Only its reference is removed; its commit
// stays among git's objects until git itself cleans up.
import { TroupeError } from '../contract/errors'
import { askGit, git, gitText } from './git'

export interface MadeBranch {
  /** The top of the repository. */
  directory: string
  /** Its short name. */
  branch: string
  /** What it was made as. */
  commit: string
}

/** Why a branch cannot be taken away: somebody has gone on there, or works on it. Undefined if it can, or is gone. */
export async function branchProblem({ directory, branch, commit }: MadeBranch): Promise<string | undefined> {
  const reference = `refs/heads/${branch}`
  const now = await commitOf(directory, reference)
  if (now === undefined) return undefined
  if (now !== commit)
    return `the branch ${branch} was changed since: it is at ${now.slice(0, 10)}, not ${commit.slice(0, 10)}`
  const trees = await gitText(['worktree', 'list', '--porcelain'], { directory })
  if (!trees.split('\n').includes(`branch ${reference}`)) return undefined
  return `the branch ${branch} is checked out: switch to another one first`
}

/**
 * Removes the branch if it still is what it was made as.
 *
 * @returns false if it was gone already
 * @throws TroupeError `DeliveryRefused`
 */
export async function removeBranch(made: MadeBranch): Promise<boolean> {
  const { directory, branch, commit } = made
  const problem = await branchProblem(made)
  if (problem !== undefined) throw refused(directory, problem)
  const reference = `refs/heads/${branch}`
  if ((await commitOf(directory, reference)) === undefined) return false
  // Compared once more by git itself
  const { exitCode, stderr } = await askGit(['update-ref', '--no-deref', '-d', reference, commit], { directory })
  if (exitCode !== 0) throw refused(directory, `the branch ${branch} cannot be removed: ${stderr}`)
  return true
}

/** The difference of two commits, as `git apply` takes it, without what lies below `without`. */
export async function diffCommits(directory: string, from: string, to: string, without: string): Promise<string> {
  const options = ['--no-color', '--no-ext-diff', '--no-textconv', '--binary', '--full-index', '--no-renames']
  const plain = ['--src-prefix=a/', '--dst-prefix=b/', '-U3', '--diff-algorithm=myers']
  const paths = ['--', '.', `:(exclude,top,literal)${without}`]
  const diff = await git(['diff-tree', '-p', '-r', ...options, ...plain, from, to, ...paths], { directory })
  return diff.toString('utf8')
}

async function commitOf(directory: string, reference: string): Promise<string | undefined> {
  const { exitCode, stdout } = await askGit(['rev-parse', '--verify', '--quiet', reference], { directory })
  return exitCode === 0 ? stdout.toString().trim() : undefined
}

function refused(directory: string, problem: string): TroupeError {
  return new TroupeError('DeliveryRefused', `nothing is taken back in ${directory}: ${problem}`, {
    hint: 'look at it with git log; what is yours there stays',
  })
}
