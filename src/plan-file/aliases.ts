// HOST. What each alias of a YAML text stands for: the newest anchor of its name before it.
import { visit, type Alias, type Document, type Node } from 'yaml'

/** Found in one walk; an alias that is missing from the map has no anchor. */
export function resolveAliases(document: Document): Map<Alias, Node> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, {
    Alias: (_key, alias) => {
      const target = anchors.get(alias.source)
      if (target) targets.set(alias, target)
    },
    Value: (_key, node) => {
      if (node.anchor) anchors.set(node.anchor, node)
    },
  })
  return targets
}
