// PURE. What a person is asked about in an agent's execution, in words: a call of a tool, or an effect.
import { effectText, type EffectName } from './effects'

/** A tool is given under the condition that it is approved; an effect would be done after text of others was read. */
export type AskedCall = { tool: string } | { effect: EffectName; untrusted: string }

export function callQuestion(agent: string, asked: AskedCall): string {
  return 'tool' in asked
    ? `May the agent "${agent}" call the tool "${asked.tool}"?`
    : `May the agent "${agent}" do the effect ${effectText(asked.effect)}, after it has read untrusted text (${asked.untrusted})?`
}
