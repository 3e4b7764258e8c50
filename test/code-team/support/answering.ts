// One of the team's agents by itself: what it asks its model, which answers by script.
import type { LanguageModelV3CallOptions } from '@ai-sdk/provider'
import { MockLanguageModelV3 } from 'ai/test'
import type { AgentContext } from '../../../src/agents/context'
import type { BaseAgentService } from '../../../src/agents/base-agent-service'
import type { Artifacts } from '../../../src/workspace/snapshot'

export interface Asked {
  output: unknown
  /** The newest message of the user with each question. */
  questions: string[]
}

/** Executes it with the answers in their order; the last one stands for all that follow. */
export async function askAgent(
  agent: Pick<BaseAgentService, 'execute'>,
  payload: unknown,
  { artifacts, answers }: { artifacts: Artifacts; answers: readonly unknown[] },
): Promise<Asked> {
  const questions: string[] = []
  const doGenerate = ({ prompt }: LanguageModelV3CallOptions): Promise<never> => {
    const last = prompt.findLast(({ role }) => role === 'user')
    questions.push(
      last?.role === 'user' ? last.content.map((part) => (part.type === 'text' ? part.text : '')).join('') : '',
    )
    const answer = answers[Math.min(questions.length, answers.length) - 1]
    const finishReason = { unified: 'stop', raw: 'stop' }
    const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } }
    return Promise.resolve({
      content: [{ type: 'text', text: JSON.stringify(answer) }],
      finishReason,
      usage,
      warnings: [],
    } as never)
  }
  const model = new MockLanguageModelV3({ doGenerate })
  const context = { artifacts, signal: new AbortController().signal, progress: () => undefined, model: () => model }
  const task = { id: 'x', type: 'x', priority: 'normal' as const, payload }
  const output = await agent.execute(task as never, context as unknown as AgentContext)
  return { output, questions }
}
