// HOST. Adds to a host's context what stands on its port: `step` and `model`.
import { TroupeError } from '../../contract/errors'
import type { AgentContext, HostContext } from '../context'

export function equip(context: HostContext): AgentContext {
  return {
    ...context,
    step: async (_name, fn) => await fn(),
    model() {
      throw new TroupeError('Internal', 'models are not built yet')
    },
  }
}
