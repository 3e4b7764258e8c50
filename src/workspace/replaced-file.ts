// PURE. The difference of a text that changed in more lines than can be matched in time: all of the old one goes, all of the
// new one comes. Nothing is left out, and `git apply` takes it.

const UNENDED = '\\ No newline at end of file'

/** Both names as a unified difference writes them. */
export function replacedFile([before, now]: readonly [string, string], from: string, to: string): string {
  const [old, fresh] = [linesOf(from), linesOf(to)]
  const head = [`--- ${before}`, `+++ ${now}`, `@@ -${rangeOf(old)} +${rangeOf(fresh)} @@`]
  return `${[...head, ...marked('-', old, from), ...marked('+', fresh, to)].join('\n')}\n`
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}

function rangeOf(lines: readonly string[]): string {
  return `${lines.length === 0 ? 0 : 1},${lines.length}`
}

function marked(mark: string, lines: readonly string[], text: string): string[] {
  const unended = text !== '' && !text.endsWith('\n')
  return [...lines.map((line) => mark + line), ...(unended ? [UNENDED] : [])]
}
