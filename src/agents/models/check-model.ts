// HOST. Whether a model can be called, asked before a run is started.
import { resolve } from 'node:path'
import { DEFAULT_MODEL, parseModelId, withAbsoluteFile } from '../../contract/model-id'
import { resolveDefaultModel } from './default-model'
import { requireSettings, type Environment } from './providers'
import { readRecording } from './scripted-model'

/**
 * Checks a model that somebody has named; `default` is the environment's. A recording's relative path counts from
 * `baseDirectory`. Returns the id as every process understands it.
 *
 * @throws TroupeError `InvalidUsage` for what is no model or no recording, `ModelNotConfigured` for a missing key or file
 */
export async function checkModel(id: string, baseDirectory: string, env: Environment = process.env): Promise<string> {
  if (id === DEFAULT_MODEL) return checkModel(await resolveDefaultModel(env), baseDirectory, env)
  const absolute = withAbsoluteFile(id, (path) => resolve(baseDirectory, path))
  const { provider, name } = parseModelId(absolute)
  if (provider === 'scripted') await readRecording(name)
  else requireSettings(absolute, provider, env)
  return absolute
}
