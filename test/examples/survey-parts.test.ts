// Parts of the survey that hard cases decide: folders without number, words without end, names that are Markdown.
import { groupByFolder } from '../../examples/survey/folders'
import { languageOf } from '../../examples/survey/languages'
import { markdown } from '../../examples/survey/report'
import { countTokens } from '../../examples/survey/tokens'
import { subtaskIdSchema } from '../../src/contract/schema/names-schema'

const { signal } = new AbortController()

test('files are grouped by folder, and ids are valid and unique whatever the names', () => {
  const folders = groupByFolder([
    'a.ts',
    'src/b.ts',
    'src/client/c.ts',
    'src.client/d.ts',
    'totals/e.ts',
    'inputs/f.ts',
    '__proto__/g.ts',
    'new\nline/h.ts',
    `${'🚀'.repeat(80)}/i.ts`,
    `${'🚀'.repeat(81)}/j.ts`,
  ])
  const ids = folders.map(({ id }) => id)
  expect(ids.slice(0, 8)).toEqual([
    '(root)',
    'src',
    'src.client',
    'src.client~2',
    'totals~2',
    'inputs~2',
    '__proto__',
    'new_line',
  ])
  expect(new Set(ids).size).toBe(10)
  for (const id of ids) expect(subtaskIdSchema.safeParse(id).success).toBe(true)
  expect(folders[2]).toEqual({ id: 'src.client', folder: 'src/client', files: ['src/client/c.ts'] })
})

test('folders that are too many are folded into those above them, and no file is lost', () => {
  const deep = Array.from({ length: 500 }, (_, place) => `part${place % 5}/module${place}/file.ts`)
  const folded = groupByFolder(deep)
  expect(folded.map(({ folder }) => folder)).toEqual(['part0', 'part1', 'part2', 'part3', 'part4'])
  const wide = groupByFolder(Array.from({ length: 1_000 }, (_, place) => `folder${place}/file.ts`))
  expect(wide).toHaveLength(300)
  expect(wide.at(-1)!.folder).toBe('(other folders)')
  for (const folders of [folded, wide]) {
    const files = folders.flatMap(({ files }) => files)
    expect(new Set(files).size).toBe(folders === folded ? 500 : 1_000)
  }
})

test.each([
  ['src/a.ts', 'TypeScript'],
  ['Dockerfile', 'Dockerfile'],
  ['a.unknown', '.unknown'],
  ['.gitignore', 'other'],
  ['x.constructor', '.constructor'],
])('%s is %s', (path, language) => expect(languageOf(path)).toBe(language))

test('tokens are counted, those that look like control tokens as text', async () => {
  expect(await countTokens('', signal)).toBe(0)
  expect(await countTokens('hello world', signal)).toBe(2)
  expect(await countTokens('<|endoftext|>', signal)).toBeGreaterThan(1)
})

test('counting a text that is one endless word stays quick and lets others have their turn', async () => {
  let longestGap = 0
  let last = Date.now()
  const timer = setInterval(() => {
    longestGap = Math.max(longestGap, Date.now() - last)
    last = Date.now()
  }, 1)
  const began = Date.now()
  const tokens = await countTokens('a'.repeat(1_000_000), signal)
  clearInterval(timer)
  expect(tokens).toBeGreaterThan(10_000)
  // However fast the machine is: others had their turn in between, and not only afterwards
  expect(longestGap).toBeGreaterThan(0)
  expect(longestGap).toBeLessThan(Math.max(500, Date.now() - began))
}, 30_000)

test('counting ends when it is told to', async () => {
  const controller = new AbortController()
  const counting = countTokens('words and words '.repeat(2_000_000), controller.signal)
  setTimeout(() => controller.abort(new Error('enough')), 50)
  await expect(counting).rejects.toThrow('enough')
})

test('names and subjects of others are text in the report, never Markdown', () => {
  const size = { files: 1, lines: 1, tokens: 1, bytes: 1 }
  const leftOut = { binary: 0, large: 0, special: 0, unreadable: 0 }
  const evil = '`<img>`|\n# x'
  const text = markdown(
    evil,
    { root: '/', ...size, folders: [{ folder: evil, ...size }], languages: [], longest: [], leftOut },
    { commits: 1, truncated: false, authors: [{ name: evil, commits: 1 }], recent: [] },
  )
  expect(text.split('\n').filter((line) => line.startsWith('#'))).toHaveLength(5)
  expect(text).toContain('| \\`\\<img\\>\\`\\|�\\# x | 1 |')
  expect(text).toContain('| `` `<img>`\\|�# x `` | 1 |')
})
