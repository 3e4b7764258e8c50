// HOST. A text from the command line: written there, in a file that it names (@FILE), or from standard input (-).
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { messageOf, TroupeError } from '../../contract/errors'

/** A request goes into every prompt: a longer one would fill a model's window before the work begins. */
const MAX_BYTES = 256 * 1024

/**
 * The text, without the white space around it.
 *
 * @throws TroupeError `InvalidUsage` if it is empty, too long, no UTF-8 or cannot be read
 */
export async function textArgument(name: string, argument: string): Promise<string> {
  const refuse = (message: string): never => {
    throw new TroupeError('InvalidUsage', `${name} ${message}`, {
      hint: `${name} is a text in quotes, @FILE for the text in a file, or - for standard input`,
    })
  }
  const bytes = await read(name, argument).catch((error: unknown) => refuse(`cannot be read: ${messageOf(error)}`))
  if (bytes.length > MAX_BYTES) return refuse(`has more than ${MAX_BYTES / 1024} KiB`)
  const text = decoded(bytes)?.trim() ?? refuse('is no text in UTF-8')
  return text === '' ? refuse('is empty') : text
}

async function read(name: string, argument: string): Promise<Buffer> {
  if (argument === '-') {
    if (process.stdin.isTTY) process.stderr.write(`${name}, ended by Ctrl-D:\n`)
    return firstBytes(process.stdin)
  }
  if (!argument.startsWith('@')) return Buffer.from(argument)
  const file = await open(argument.slice(1))
  try {
    return await firstBytes(file.createReadStream({ end: MAX_BYTES, autoClose: false }))
  } finally {
    await file.close()
  }
}

/** One byte more than is allowed, at most: a device may have no end. */
async function firstBytes(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk as Uint8Array))
    bytes += (chunk as Uint8Array).length
    if (bytes > MAX_BYTES) break
  }
  return Buffer.concat(chunks)
}

function decoded(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}
