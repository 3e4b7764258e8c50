// HOST. From a problem's path to the node in the text that it is about.
import { isAlias, isMap, isSeq, type Alias, type Node } from 'yaml'
import { pathSteps } from '../contract/schema/path'
import { keyOffset, keyText } from './keys'

/** The offset of the deepest existing part of a path. */
export function locateOffset(root: Node | null, targets: ReadonlyMap<Alias, Node>, path: string): number {
  let offset = root?.range?.[0] ?? 0
  let node: unknown = root
  for (const step of pathSteps(path)) {
    if (isAlias(node)) node = targets.get(node)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => keyText(key) === step)
      if (!pair) break
      offset = keyOffset(pair) ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | undefined
      if (!item) break
      offset = item.range?.[0] ?? offset
      node = item
    } else break
  }
  return offset
}
