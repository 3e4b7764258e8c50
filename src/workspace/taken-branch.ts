// HOST. Whether a branch can be made in a repository: asked before a run, so that nobody pays for one that has no place.
import { TroupeError } from '../contract/errors'
import { gitText } from './git'

/**
 * Asks git's references only; a branch of that name may still be made meanwhile.
 *
 * @throws TroupeError `DeliveryRefused` if it is there, or another one stands where its name begins or goes on
 */
export async function refuseTakenBranch(directory: string, branch: string): Promise<void> {
  const parts = branch.split('/')
  const above = parts.slice(1).map((_, place) => `refs/heads/${parts.slice(0, place + 1).join('/')}`)
  const format = '--format=%(refname)'
  const names = await gitText(['for-each-ref', format, `refs/heads/${branch}`, ...above], { directory })
  const found = names.split('\n').find((name) => above.includes(name) || `${name}/`.startsWith(`refs/heads/${branch}/`))
  if (found === undefined) return
  throw new TroupeError('DeliveryRefused', `the branch ${branch} cannot be made in ${directory}: there is ${found}`, {
    hint: 'choose another --id, or remove or rename that branch',
  })
}
