// HOST. The tool fetch_url: a page of the network, as text, from hosts that the grant allows and the world can reach.
import type { Tool } from 'ai'
import { z } from 'zod'
import type { ToolGrant } from '../../contract/tools'
import type { AgentContext } from '../context'
import type { GivenTool } from '../tools/given-tool'
import { confinedFetch, type FetchedPage } from './confined-fetch'

const inputSchema = z.strictObject({
  url: z.string().min(1).describe('http:// or https://, without a user name or a password'),
})
/** Types whose bytes are no text, whatever they hold. */
const NO_TEXT = /^(image|audio|video|font)\/|^application\/(octet-stream|pdf|zip|gzip|x-tar|wasm)/i

export function fetchTool(grant: ToolGrant, { signal }: Pick<AgentContext, 'signal'>): GivenTool {
  const { network } = grant
  const tool = {
    description: `Reads a page by HTTP GET${network ? ` from ${network.join(', ')}, and nobody else` : ''}.`,
    inputSchema,
    execute: async ({ url }: z.output<typeof inputSchema>) =>
      toldPage(await confinedFetch(url, { signal, ...(network ? { network } : {}) })),
  } as Tool
  return { grant, tool }
}

function toldPage({ url, status, contentType, body }: FetchedPage): string {
  const head = `${status} ${contentType || 'of no declared type'}, ${url}`
  if (NO_TEXT.test(contentType)) return `${head}\n${body.length} bytes that are no text`
  return `${head}\n\n${textOf(body, contentType)}`
}

function textOf(body: Buffer, contentType: string): string {
  const charset = /charset="?([\w-]+)/i.exec(contentType)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(charset).decode(body)
  } catch {
    return body.toString()
  }
}
