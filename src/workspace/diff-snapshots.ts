// HOST. The difference of two snapshots as a unified diff, in the form that git and people read.
import { createTwoFilesPatch, diffLines } from 'diff'
import { DIFF_CONTEXT, DIFF_EDITS } from './limits'
import { plainText } from './plain-text'
import { replacedFile } from './replaced-file'
import type { Artifacts, Snapshot, SnapshotFile } from './snapshot'
import { EMPTY_SNAPSHOT, fileAt, readBytes } from './snapshots'

/** One section for each changed file, in the order of paths; files that are no text are only named. Empty if nothing changed. */
export async function diffSnapshots(
  artifacts: Artifacts,
  before: Snapshot | undefined,
  after: Snapshot,
): Promise<string> {
  const old = before ?? EMPTY_SNAPSHOT
  const paths = [...new Set([...Object.keys(old.files), ...Object.keys(after.files)])].sort()
  const sections: string[] = []
  for (const path of paths) {
    const [from, to] = [fileAt(old, path), fileAt(after, path)]
    if (from?.artifact === to?.artifact && from?.executable === to?.executable) continue
    const header = [`diff --git a/${path} b/${path}`, ...modeLines(from, to)].join('\n')
    const body = from?.artifact === to?.artifact ? '' : await bodyOf(artifacts, { old, after, path })
    sections.push(`${header}\n${body}`)
  }
  return sections.join('')
}

async function bodyOf(
  artifacts: Artifacts,
  { old, after, path }: { old: Snapshot; after: Snapshot; path: string },
): Promise<string> {
  const read = async (snapshot: Snapshot) =>
    fileAt(snapshot, path) ? await readBytes(artifacts, snapshot, path) : undefined
  const [before, now] = [await read(old), await read(after)]
  const names: [string, string] = [before ? `a/${path}` : '/dev/null', now ? `b/${path}` : '/dev/null']
  const [from, to] = [asText(before), asText(now)]
  if (from === undefined || to === undefined) return `Binary files ${names[0]} and ${names[1]} differ\n`
  // Where one side is empty there is nothing to match
  if (from !== to && (from === '' || to === '')) return replacedFile(names, from, to)
  const patch = createTwoFilesPatch(...names, from, to, undefined, undefined, {
    context: DIFF_CONTEXT,
    maxEditLength: DIFF_EDITS,
  })
  if (patch === undefined) return replacedFile(names, from, to)
  // The library's line above the names says nothing that the header does not; an empty file has no hunks, and no names.
  const body = patch.replace(/^=+\n/, '')
  return body.includes('\n@@') ? body : ''
}

function modeLines(from: SnapshotFile | undefined, to: SnapshotFile | undefined): string[] {
  const mode = (file: SnapshotFile) => (file.executable ? '100755' : '100644')
  if (!from) return to ? [`new file mode ${mode(to)}`] : []
  if (!to) return [`deleted file mode ${mode(from)}`]
  return mode(from) === mode(to) ? [] : [`old mode ${mode(from)}`, `new mode ${mode(to)}`]
}

/** Undefined for bytes that are no text. */
function asText(bytes: Uint8Array | undefined): string | undefined {
  return bytes ? plainText(bytes) : ''
}

/** Numbers, from 1, of the lines of a text that another has not; all, where too much is different. */
export function newLines(before: string, after: string): Set<number> {
  const parts = diffLines(before, after, { maxEditLength: DIFF_EDITS }) ?? [
    { added: true, removed: false, value: after },
  ]
  const found = new Set<number>()
  let line = 1
  for (const { added, removed, value } of parts) {
    if (removed) continue
    const count = value.split('\n').length - (value.endsWith('\n') ? 1 : 0)
    for (let place = 0; added && place < count; place++) found.add(line + place)
    line += count
  }
  return found
}
