// PURE. What a person is asked about in an agent's execution, in words: a call of a tool, or an effect.
import { effectText, type EffectName } from './effects'
import { shortened } from './json'

/** Characters of what an effect is called, and of where text came from: others choose them, and the input is to be read too. */
const NAME_LENGTH = 60

/** A tool is given under the condition that it is approved; an effect would be done after text of others was read. */
export type AskedCall = { tool: string } | { effect: EffectName; untrusted: string }

export function callQuestion(agent: string, asked: AskedCall): string {
  if ('tool' in asked) return `May the agent "${agent}" call the tool "${asked.tool}"?`
  const short = (text: string): string => shortened(text, NAME_LENGTH)
  const effect = effectText({ name: short(asked.effect.name), key: short(asked.effect.key) })
  return `May the agent "${agent}" do the effect ${effect}, after it has read untrusted text (${short(asked.untrusted)})?`
}
