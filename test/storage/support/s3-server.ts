// A small server of S3's protocol, over real HTTP: objects in memory, conditional creation, listings in pages. What it does not
// know it refuses. It checks that requests are signed, not the signatures.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface S3ServerOptions {
  /** False: a service that ignores If-None-Match. */
  heedsConditions?: boolean
  /** False: keys without the right to list, to which what is missing is forbidden. */
  mayList?: boolean
  /** Keys in a page of a listing. */
  pageSize?: number
}

export class S3Server {
  readonly objects = new Map<string, Buffer>()
  /** Answers the next requests with this status instead; an answer that is lost comes after the work. */
  failing: { status: number; times: number; afterTheWork?: boolean } | undefined
  requests = 0
  /** So many of the next bodies break off. */
  breaking = 0
  private server!: Server

  private constructor(private readonly options: S3ServerOptions) {}

  static async start(options: S3ServerOptions = {}): Promise<S3Server> {
    const own = new S3Server(options)
    own.server = createServer((request, response) => void own.answer(request, response))
    await new Promise<void>((listening) => own.server.listen(0, '127.0.0.1', listening))
    return own
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((closed) => this.server.close(closed))
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { failing } = this
    const fails = failing !== undefined && failing.times-- > 0
    if (fails && !failing.afterTheWork) return refuse(response, failing.status, 'Unwell')
    if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) return refuse(response, 403, 'AccessDenied')
    const url = new URL(request.url!, this.endpoint)
    const [, bucket = '', ...rest] = url.pathname.split('/')
    if (decodeURIComponent(bucket) !== 'bucket') return refuse(response, 404, 'NoSuchBucket')
    const key = decodeURIComponent(rest.join('/'))
    if (fails) {
      this.work(request, key, Buffer.concat(chunks))
      return refuse(response, failing.status, 'Lost')
    }
    const isForbidden = this.options.mayList === false && request.method === 'GET' && !this.objects.has(key)
    if (isForbidden) return refuse(response, 403, 'AccessDenied')
    if (request.method === 'GET' && key === '') return this.list(url, response)
    const { status, body, code } = this.work(request, key, Buffer.concat(chunks))
    if (code !== undefined) return refuse(response, status, code)
    response.writeHead(status, { 'content-length': body?.length ?? 0 })
    if (request.method === 'GET' && this.breaking > 0) {
      this.breaking--
      return void response.write(body!.subarray(0, 1), () => response.destroy())
    }
    response.end(request.method === 'HEAD' ? undefined : body)
  }

  private work(request: IncomingMessage, key: string, bytes: Buffer): { status: number; body?: Buffer; code?: string } {
    const found = this.objects.get(key)
    if (request.method === 'PUT') {
      const isConditional = request.headers['if-none-match'] === '*' && this.options.heedsConditions !== false
      if (isConditional && found) return { status: 412, code: 'PreconditionFailed' }
      this.objects.set(key, bytes)
      return { status: 200 }
    }
    if (request.method === 'DELETE') {
      this.objects.delete(key)
      return { status: 204 }
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 501, code: 'NotImplemented' }
    return found ? { status: 200, body: found } : { status: 404, code: 'NoSuchKey' }
  }

  private list(url: URL, response: ServerResponse): void {
    const { searchParams } = url
    if (searchParams.get('list-type') !== '2') return refuse(response, 501, 'NotImplemented')
    const prefix = searchParams.get('prefix') ?? ''
    const after = searchParams.get('continuation-token') ?? ''
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort()
    const page = keys.slice(0, this.options.pageSize ?? 1_000)
    const isTruncated = page.length < keys.length
    const contents = page.map((key) => `<Contents><Key>${escaped(key)}</Key></Contents>`).join('')
    // As some services do, also with the last page
    const token = `<NextContinuationToken>${isTruncated ? escaped(page.at(-1)!) : ''}</NextContinuationToken>`
    response.writeHead(200, { 'content-type': 'application/xml' })
    response.end(`<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${contents}${token}</ListBucketResult>`)
  }
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' })
  response.end(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
