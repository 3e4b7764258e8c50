// HOST. The store's artifacts as the workspace wants them: texts too, as UTF-8.
import type { Store } from '../../storage/store'
import type { Artifacts } from '../../workspace/snapshot'

export function artifactsOf({ artifacts }: Store): Artifacts {
  return {
    put: (content) => artifacts.put(typeof content === 'string' ? Buffer.from(content) : content),
    get: (artifact) => artifacts.get(artifact),
  }
}
