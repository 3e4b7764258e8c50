// TEAM. What writers are told of packages that an existing repository has installed, beside the rules of its language.
import type { Installed } from '../../workspace/lending/lending'

/** For the end of a list of rules. */
export function installedRules(installed: Installed | undefined): string[] {
  if (!installed) return []
  return [
    'The packages of the existing repository are installed: what its manifest names may be imported, as its own files do it. This goes before what other rules say of packages. None can be added.',
  ]
}
