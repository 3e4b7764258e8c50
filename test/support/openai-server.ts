// A local server that speaks OpenAI's chat completions protocol, whole and in pieces: it answers, fails, hangs and cuts off
// as a test says, and keeps what it was asked and what it has billed.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { bodyOf, LoopbackServer } from './loopback-server'

export interface ChatMessage {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool'
  content: unknown
}

export interface ChatRequest {
  /** From 0, over all requests. */
  place: number
  headers: IncomingHttpHeaders
  body: {
    model: string
    messages: ChatMessage[]
    stream?: boolean
    tools?: unknown[]
    response_format?: unknown
    max_tokens?: number
  }
  /** The system message's text. */
  system: string
  /** The newest message of the user as text. */
  prompt: string
  /** Milliseconds since the epoch. */
  at: number
}

export interface Tokens {
  prompt: number
  completion: number
}

/** What the server does with one request. */
export type Behaviour =
  | { kind: 'answer'; text: string; tokens?: Tokens }
  | { kind: 'tool'; name: string; input: unknown; tokens?: Tokens }
  /** 200 with a body that is not JSON. */
  | { kind: 'garbage' }
  | { kind: 'status'; status: number; headers?: Record<string, string>; message?: string; code?: string }
  /** The request is taken, and nothing comes back. */
  | { kind: 'hang' }
  /** The connection ends in the middle of the answer. */
  | { kind: 'cut' }

export type Respond = (request: ChatRequest) => Behaviour | Promise<Behaviour>

export const answer = (value: unknown, tokens?: Tokens): Behaviour => ({
  kind: 'answer',
  text: typeof value === 'string' ? value : JSON.stringify(value),
  ...(tokens ? { tokens } : {}),
})

/** What a request is about: the first message of the user, where a test writes a subtask's name. */
export function subjectOf({ body }: ChatRequest): string {
  const content = body.messages.find(({ role }) => role === 'user')?.content
  return typeof content === 'string' ? content : ((content as { text: string }[])[0]?.text ?? '')
}

export class OpenAiServer extends LoopbackServer {
  readonly requests: ChatRequest[] = []
  /** Answers that were written to their end, and their tokens. */
  readonly billed = { calls: 0, tokens: 0 }
  private readonly queue: Behaviour[] = []

  /** What the queue does not answer, `respond` does. */
  constructor(private respond: Respond = () => ({ kind: 'status', status: 500, message: 'nothing is left to say' })) {
    super()
  }

  static async start(respond?: Respond): Promise<OpenAiServer> {
    return new OpenAiServer(respond).listen()
  }

  /** The base URL, as `OPENAI_BASE_URL` wants it. */
  get url(): string {
    return `${this.origin}/v1`
  }

  /** What is done with the next requests, in their order. */
  next(...behaviours: Behaviour[]): void {
    this.queue.push(...behaviours)
  }

  /** From now on, for requests that the queue does not answer. */
  answerBy(respond: Respond): void {
    this.respond = respond
  }

  /** Forgets requests, bills and queue: another test begins. */
  reset(): void {
    this.requests.length = 0
    this.queue.length = 0
    Object.assign(this.billed, { calls: 0, tokens: 0 })
  }

  protected async serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    if (message.method === 'GET') return send(response, 200, { object: 'list', data: [{ id: 'local-model' }] })
    const request = this.note(message, (await bodyOf(message)) as ChatRequest['body'])
    const behaviour = this.queue.shift() ?? (await this.respond(request))
    await this.behave(behaviour, request, response)
  }

  private note(message: IncomingMessage, body: ChatRequest['body']): ChatRequest {
    const said = (roles: string[]): string =>
      textOf(body.messages.filter(({ role }) => roles.includes(role)).at(-1)?.content)
    const request: ChatRequest = {
      place: this.requests.length,
      headers: message.headers,
      body,
      system: said(['system', 'developer']),
      prompt: said(['user']),
      at: Date.now(),
    }
    this.requests.push(request)
    return request
  }

  private async behave(behaviour: Behaviour, request: ChatRequest, response: ServerResponse): Promise<void> {
    switch (behaviour.kind) {
      case 'hang':
        return
      case 'cut':
        response.writeHead(200, { 'content-type': contentType(request), 'content-length': '1000' })
        response.write('data: {"id":"1","choices":[', () => response.destroy())
        return
      case 'garbage':
        response.writeHead(200, { 'content-type': 'application/json' }).end('<html>not what you asked for</html>')
        return
      case 'status': {
        // As some providers do: whoever sends a key gets it back
        const echoed = `${behaviour.message ?? 'refused'} (${request.headers.authorization ?? 'no key'})`
        const error = { message: echoed, type: 'error', code: behaviour.code ?? null }
        return send(response, behaviour.status, { error }, behaviour.headers)
      }
      case 'answer':
      case 'tool':
        return this.bill(behaviour, request, response)
    }
  }

  private async bill(
    behaviour: Extract<Behaviour, { kind: 'answer' | 'tool' }>,
    request: ChatRequest,
    response: ServerResponse,
  ): Promise<void> {
    const said = behaviour.tokens ?? {
      prompt: Math.ceil(JSON.stringify(request.body.messages).length / 4),
      completion: Math.ceil(JSON.stringify(behaviour).length / 4),
    }
    // As providers do: what is longer than it may be is cut, and billed as far as it went
    const isCut = said.completion > (request.body.max_tokens ?? Infinity)
    const tokens = isCut ? { ...said, completion: request.body.max_tokens! } : said
    response.on('finish', () => {
      this.billed.calls++
      this.billed.tokens += tokens.prompt + tokens.completion
    })
    const usage = {
      prompt_tokens: tokens.prompt,
      completion_tokens: tokens.completion,
      total_tokens: tokens.prompt + tokens.completion,
    }
    const head = { id: `chat-${request.place}`, created: 0, model: request.body.model }
    const finish_reason = isCut ? 'length' : behaviour.kind === 'tool' ? 'tool_calls' : 'stop'
    const content = behaviour.kind === 'answer' ? { content: behaviour.text } : toolCall(behaviour, request.place)
    if (!request.body.stream) {
      const message = { role: 'assistant', content: null, ...content }
      return send(response, 200, {
        ...head,
        object: 'chat.completion',
        choices: [{ index: 0, message, finish_reason }],
        usage,
      })
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const pieces =
      behaviour.kind === 'answer'
        ? (behaviour.text.match(/[\s\S]{1,8}/g) ?? []).map((content) => ({ content }))
        : [content]
    for (const delta of pieces) response.write(event({ ...head, choices: [{ index: 0, delta, finish_reason: null }] }))
    response.write(event({ ...head, choices: [{ index: 0, delta: {}, finish_reason }] }))
    response.write(event({ ...head, choices: [], usage }))
    response.end('data: [DONE]\n\n')
  }
}

function toolCall({ name, input }: { name: string; input: unknown }, place: number): Record<string, unknown> {
  const called = { name, arguments: JSON.stringify(input) }
  return { tool_calls: [{ index: 0, id: `call-${place}`, type: 'function', function: called }] }
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

function contentType({ body }: ChatRequest): string {
  return body.stream ? 'text/event-stream' : 'application/json'
}

function event(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  const parts = Array.isArray(content) ? (content as { text?: string }[]) : []
  return parts.map(({ text }) => text ?? '').join('')
}
