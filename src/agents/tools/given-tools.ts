// HOST. The tools of one execution, from their grants to what carries them out.
import type { GivenTool } from './given-tool'
import type { SortedTools } from './own-tools'

export function givenTools({ tools = [], own }: SortedTools): GivenTool[] {
  return tools.flatMap((grant) => {
    const tool = own[grant.name]
    return tool ? [{ grant, tool }] : []
  })
}
