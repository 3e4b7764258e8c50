// HOST. The server that the user has already named, by `TEMPORAL_ADDRESS` or a profile of Temporal's config file.
import { loadClientConfigProfile } from '@temporalio/envconfig'
import type { ClientConfigProfile } from '@temporalio/envconfig'
import { TroupeError, messageOf } from '../contract/errors'
import type { ServerInfo } from './server-info'
import { DEFAULT_NAMESPACE } from './settings'

/**
 * The server that the environment names, unchecked: it is the user's choice, and nothing else is put in its place.
 * Undefined where nothing names an address. Fails with `ConnectionFailed` where the settings themselves are broken.
 */
export function environmentServer(): ServerInfo | undefined {
  const profile = environmentProfile()
  const name = process.env['TEMPORAL_PROFILE']
  if (profile.address)
    return { address: profile.address, namespace: environmentNamespace(profile), origin: 'environment' }
  if (!name) return undefined
  throw new TroupeError('ConnectionFailed', `the Temporal profile "${name}" (TEMPORAL_PROFILE) names no address`, {
    hint: "add `address` to the profile, set TEMPORAL_ADDRESS, or unset TEMPORAL_PROFILE to use Troupe's own server",
  })
}

/** The namespace that the environment names, or `default`. */
export function environmentNamespace(profile: ClientConfigProfile = environmentProfile()): string {
  return profile.namespace || DEFAULT_NAMESPACE
}

function environmentProfile(): ClientConfigProfile {
  try {
    return loadClientConfigProfile()
  } catch (error) {
    throw new TroupeError('ConnectionFailed', `Temporal's settings cannot be read: ${messageOf(error)}`, {
      hint: 'check TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE and the file that they name',
      cause: error,
    })
  }
}
