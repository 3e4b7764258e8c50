// HOST. Downloads the Temporal CLI from where Temporal's SDKs get it: one request for the archive's address, one for it.
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { reportWhile } from './progress'
import { runProgram } from './run-program'
import { CLI_VERSION } from './settings'

/** `TROUPE_TEMPORAL_DOWNLOAD` names a mirror that answers in the same way. */
const DOWNLOAD_ORIGIN = 'https://temporal.download'
/** An unreachable host, for example behind a firewall, must not hold up the next way of installing; and where there is
 * none, the refusal is due within 10 s. */
const ANSWER_TIMEOUT_MS = 5_000
/** About 50 MB: two minutes at 0.5 MB/s, with room. */
const ARCHIVE_TIMEOUT_MS = 300_000
const EXTRACT_TIMEOUT_MS = 60_000
const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' }
const PLATFORMS: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin' }

export interface DownloadOptions {
  /** An existing, empty folder for the archive and what is in it. */
  directory: string
  onProgress: (line: string) => void
}

/** The path of the executable, in `directory`. Rejects where it cannot be had, within seconds where nobody answers. */
export async function downloadTemporal({ directory, onProgress }: DownloadOptions): Promise<string> {
  const origin = process.env['TROUPE_TEMPORAL_DOWNLOAD'] || DOWNLOAD_ORIGIN
  const architecture = ARCHITECTURES[process.arch]
  const platform = PLATFORMS[process.platform]
  if (!architecture || !platform) throw new Error(`there is no archive for ${process.platform} on ${process.arch}`)
  onProgress(`looking for the Temporal CLI ${CLI_VERSION} at ${origin}`)
  const query = new URLSearchParams({ arch: architecture, platform, format: 'tar.gz' })
  const answer = await request(`${origin}/cli/v${CLI_VERSION}?${query}`, ANSWER_TIMEOUT_MS)
  const { archiveUrl, fileToExtract } = (await answer.json()) as { archiveUrl: string; fileToExtract: string }
  onProgress(`downloading ${archiveUrl}`)
  const archive = join(directory, 'temporal.tar.gz')
  await saveTo(archive, await request(archiveUrl, ARCHIVE_TIMEOUT_MS, ANSWER_TIMEOUT_MS), onProgress)
  const args = ['-xzf', archive, '-C', directory, fileToExtract]
  const { exitCode, tail } = await runProgram('tar', args, { timeoutMs: EXTRACT_TIMEOUT_MS })
  if (exitCode !== 0) throw new Error(`tar cannot unpack the archive: ${tail.join(' ')}`)
  return join(directory, fileToExtract)
}

/** Resolves with the headers, which must come within `answerMs`; the body has until `timeoutMs`. */
async function request(url: string, timeoutMs: number, answerMs = timeoutMs): Promise<Response> {
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(new Error(`no answer within ${answerMs / 1000} s`)), answerMs)
  try {
    const response = await fetch(url, { signal: AbortSignal.any([silence.signal, AbortSignal.timeout(timeoutMs)]) })
    if (response.ok) return response
    throw new Error(`${url} answers ${response.status} ${response.statusText}`)
  } catch (error) {
    // fetch says only "fetch failed"; its cause says why.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    throw new Error(`${new URL(url).host}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

async function saveTo(file: string, response: Response, onProgress: (line: string) => void): Promise<void> {
  if (!response.body) throw new Error(`${response.url} has no body`)
  const target = createWriteStream(file)
  const saving = pipeline(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), target)
  await reportWhile(saving, (elapsed) =>
    onProgress(`still downloading, ${elapsed}, ${Math.round(target.bytesWritten / 1e6)} MB`),
  )
}
