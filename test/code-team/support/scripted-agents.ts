// A model server that answers as each of the five agents, by script: what an agent says to its first question, its second, …
import { answer, type Behaviour, type ChatRequest, type Tokens } from '../../support/openai-server'
import { approve, architecture, good, specification } from './program'

/** An answer, or one for each occasion: the last one stands for all that follow. */
export type Answers = object | string | readonly (object | string)[]

export interface Script {
  spec?: Answers
  architect?: Answers
  /** By module. */
  code?: Record<string, Answers>
  tests?: Record<string, Answers>
  review?: Answers
  single?: Answers
  /** What each call counts as. */
  tokens?: Tokens
}

/** The good program, but for what the script says; and what each agent was asked, by `<agent>` or `<agent> <module>`. */
export class ScriptedAgents {
  readonly asked = new Map<string, ChatRequest[]>()

  constructor(private readonly script: Script = {}) {}

  readonly respond = (request: ChatRequest): Behaviour => {
    const who = whoIsAsked(request)
    const before = this.asked.get(who) ?? []
    this.asked.set(who, [...before, request])
    const answers = this.answersOf(who)
    const list = Array.isArray(answers) ? (answers as (object | string)[]) : [answers]
    const said = list[Math.min(before.length, list.length - 1)] ?? 'nothing is scripted'
    const { tokens } = this.script
    if (isToolCall(said)) return { kind: 'tool', name: said.tool, input: said.input, ...(tokens ? { tokens } : {}) }
    return answer(said, tokens)
  }

  /** How often each was asked. */
  get calls(): Record<string, number> {
    return Object.fromEntries([...this.asked].sort().map(([who, requests]) => [who, requests.length]))
  }

  private answersOf(who: string): Answers {
    const { spec = specification, architect = architecture, review = approve, code, tests, single = '' } = this.script
    const [agent, module = ''] = who.split(' ')
    switch (agent) {
      case 'spec-agent':
        return spec
      case 'architect-agent':
        return architect
      case 'coder-agent':
        return { ...good.code, ...code }[module] ?? single
      case 'test-agent':
        return { ...good.tests, ...tests }[module] ?? ''
      default:
        return review
    }
  }
}

/** `{tool, input}` calls a tool. */
function isToolCall(said: object | string): said is { tool: string; input: unknown } {
  return typeof said === 'object' && 'tool' in said
}

function whoIsAsked({ system, body }: ChatRequest): string {
  const agent = /^You are the (\S+-agent)/.exec(system)?.[1] ?? 'nobody'
  // The first message of the user: that is the question, also when an answer is sent back
  const question = JSON.stringify(body.messages[1]?.content)
  const module = /^(coder|test)-/.test(agent) ? /[Tt]he module|Your module/.exec(question) : null
  const name = module && /\\"name\\":\s*\\"([a-z-]+)/.exec(question.slice(module.index))?.[1]
  return name ? `${agent} ${name}` : agent
}
