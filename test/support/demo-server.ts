// A model server that knows the demo's program: it answers each agent of the code team as the bundled recording does, over
// real HTTP, and bills every answer.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { answer, OpenAiServer, type ChatRequest } from './openai-server'

interface Recorded {
  agent: string
  subtask: string
  content: unknown
}

const { answers } = JSON.parse(readFileSync(resolve('src/code-team/demo/recording.json'), 'utf8')) as {
  answers: Recorded[]
}

/** Answers that the demo's program takes, the second round's included. */
export const DEMO_CALLS = answers.length

/** The agent that asks, by the first words of its instructions. */
export function agentOf({ system }: ChatRequest): string {
  return /^You are the ([a-z]+-agent)/.exec(system)?.[1] ?? 'nobody'
}

/** Which of the recorded answers a request is for; a second round is known by what it is told of the first. */
export function subtaskOf(request: ChatRequest): string {
  const agent = agentOf(request)
  if (agent === 'spec-agent') return 'spec'
  if (agent === 'architect-agent') return 'architect'
  if (agent === 'reviewer-agent')
    return /"?AC-3"?[\s\S]*failed/i.test(request.prompt) ? 'build/review' : 'build/decide/review'
  const module = /"name": "([a-z]+)"/.exec(request.prompt)?.[1]
  const again = request.prompt.includes('The round before was not good enough')
  return `build/${again ? 'decide/' : ''}${agent === 'coder-agent' ? 'code' : 'test'}-${module}`
}

/** `before` is awaited first: a test may hold an answer back. */
export function startDemoServer(before: (request: ChatRequest) => Promise<void> | void = () => undefined) {
  return OpenAiServer.start(async (request) => {
    await before(request)
    const subtask = subtaskOf(request)
    const found = answers.find((one) => one.subtask === subtask)
    if (!found) return { kind: 'status', status: 400, message: `no answer for ${agentOf(request)} in ${subtask}` }
    return answer(found.content)
  })
}
