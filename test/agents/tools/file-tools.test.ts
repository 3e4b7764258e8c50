// The tools on an agent's files, called as a model calls them: what it is told, and what the files are afterwards.
import { createHash } from 'node:crypto'
import { sandboxTest } from '../../support/sandbox'
import { Toolbench } from './support/toolbench'

const bench = new Toolbench()
const FILES = { 'README.md': '# Tides\n', 'src/main.js': 'const a = 1\nconst b = 2\n', 'src/deep/x.txt': 'x\ny\nx\n' }
const many = (count: number, text: (line: number) => string): string =>
  Array.from({ length: count }, (_, line) => `${text(line)}\n`).join('')

/** What is between the envelope's ends. */
const inside = (told: string): string => told.split('\n').slice(1, -1).join('\n')

test.each<[what: string, tool: string, input: object, told: string | RegExp, files?: Record<string, string>]>([
  ['a file', 'read_file', { path: 'src/main.js' }, '"src/main.js", lines 1 to 2 of 2\nconst a = 1\nconst b = 2'],
  [
    'its last line',
    'read_file',
    { path: 'src/main.js', from_line: 2 },
    '"src/main.js", lines 2 to 2 of 2\nconst b = 2',
  ],
  ['some lines', 'read_file', { path: 'src/deep/x.txt', from_line: 2, to_line: 2 }, /lines 2 to 2 of 3\ny$/],
  [
    'a line beyond its end',
    'read_file',
    { path: 'src/main.js', from_line: 3 },
    '"src/main.js" has 2 lines; there is no line 3',
  ],
  [
    'lines the wrong way round',
    'read_file',
    { path: 'src/main.js', from_line: 2, to_line: 1 },
    'to_line (1) is before from_line (2)',
  ],
  [
    'a file that is nearly there',
    'read_file',
    { path: 'src/mian.js' },
    'there is no file "src/mian.js"; did you mean "src/main.js"?',
  ],
  ['a directory', 'read_file', { path: 'src' }, '"src" is a directory'],
  ['an empty file', 'read_file', { path: 'e' }, '"e" is empty', { e: '' }],
  ['a binary file', 'read_file', { path: 'b' }, '"b" is binary: 3 bytes that are no UTF-8 text', { b: 'a\0b' }],
  [
    'a long file, the beginning',
    'read_file',
    { path: 'l' },
    /^"l", lines 1 to \d+ of 9000; go on with from_line \d+\n/,
    { l: many(9_000, (line) => `line ${line}`) },
  ],
  ['a long line', 'read_file', { path: 'l' }, /\[cut: this line has 100000 characters\]$/, { l: 'x'.repeat(100_000) }],
  ['all files', 'list_files', {}, 'README.md (8)\nsrc/deep/x.txt (6)\nsrc/main.js (24)'],
  ['those of a directory', 'list_files', { directory: './src/' }, 'src/deep/x.txt (6)\nsrc/main.js (24)'],
  [
    'those of none',
    'list_files',
    { directory: 'scr' },
    'there is no file "scr"; files: README.md, src/deep/x.txt, src/main.js',
  ],
  ['no files', 'list_files', {}, 'there are no files', {}],
  [
    'very many files',
    'list_files',
    {},
    /^600 files in all; .*\nd\/ \(599 files\)\na \(1\)$/,
    Object.fromEntries([['a', 'a'], ...Array.from({ length: 599 }, (_, file) => [`d/${file}`, 'x'])]),
  ],
  ['a text', 'search', { pattern: 'const b' }, 'src/main.js:2: const b = 2'],
  ['a text that would be an expression', 'search', { pattern: 'a(b' }, 'f:1: a(b', { f: 'a(b\nab\n' }],
  [
    'an expression',
    'search',
    { pattern: '^const [ab]', is_regex: true },
    'src/main.js:1: const a = 1\nsrc/main.js:2: const b = 2',
  ],
  ['whatever the case', 'search', { pattern: 'TIDES', ignore_case: true }, 'README.md:1: # Tides'],
  ['in a directory', 'search', { pattern: 'x', path: 'src/deep' }, 'src/deep/x.txt:1: x\nsrc/deep/x.txt:3: x'],
  [
    'so many lines',
    'search',
    { pattern: 'x', path: 'src/deep/x.txt', limit: 1 },
    'src/deep/x.txt:1: x\nthere are more: these are the first 1',
  ],
  ['what is nowhere', 'search', { pattern: 'nowhere' }, 'nothing is found'],
  ['a broken expression', 'search', { pattern: '(', is_regex: true }, /Invalid regular expression/],
  ['in a binary file', 'search', { pattern: 'a' }, 'nothing is found', { b: 'a\0b' }],
])('%s (%s)', async (_what, tool, input, told, files = FILES) => {
  const { told: said, after } = await bench.call(files, tool, input)
  if (typeof told === 'string') expect(inside(said)).toBe(told)
  else expect(inside(said)).toMatch(told)
  expect(after).toEqual(files)
})

test.each<[what: string, tool: string, input: object, told: string, changed: Record<string, string>]>([
  [
    'a new file',
    'write_file',
    { path: 'a/b.txt', content: 'new' },
    'created "a/b.txt" (3 bytes)',
    { 'a/b.txt': 'new' },
  ],
  [
    'another file in its place',
    'write_file',
    { path: 'README.md', content: '' },
    'replaced "README.md" (0 bytes)',
    { 'README.md': '' },
  ],
  [
    'a part',
    'edit_file',
    { path: 'src/main.js', old_text: 'b = 2', new_text: 'b = $& + $1' },
    'edited "src/main.js" at line 2',
    { 'src/main.js': 'const a = 1\nconst b = $& + $1\n' },
  ],
  [
    'a part over lines',
    'edit_file',
    { path: 'src/main.js', old_text: '1\nconst', new_text: '1;' },
    'edited "src/main.js" at line 1',
    { 'src/main.js': 'const a = 1; b = 2\n' },
  ],
  [
    'a part that is there twice',
    'edit_file',
    { path: 'src/deep/x.txt', old_text: 'x', new_text: 'z' },
    'old_text stands in "src/deep/x.txt" more than once, in lines 1 and 3: give more of what is around the right one',
    {},
  ],
  [
    'a part that is nowhere',
    'edit_file',
    { path: 'README.md', old_text: 'tide', new_text: '' },
    'old_text is not in "README.md"',
    {},
  ],
  [
    'a part with other spaces',
    'edit_file',
    { path: 'src/main.js', old_text: 'const  a', new_text: '' },
    'old_text is not in "src/main.js": only with other spaces or line breaks',
    {},
  ],
  [
    'of a file that is not there',
    'edit_file',
    { path: 'none', old_text: 'x', new_text: '' },
    'there is no file "none"; files: README.md, src/deep/x.txt, src/main.js',
    {},
  ],
  [
    'a file where a directory is',
    'write_file',
    { path: 'src', content: '' },
    '"src" is a file, and the directory of "src/deep/x.txt"; "src" is a file, and the directory of "src/main.js"',
    {},
  ],
  [
    'a name that is another on some systems',
    'write_file',
    { path: 'readme.MD', content: '' },
    '"README.md" and "readme.MD" are one file where case or Unicode forms do not count',
    {},
  ],
])('%s is changed, or not (%s)', async (_what, tool, input, told, changed) => {
  const { told: said, after } = await bench.call(FILES, tool, input)
  expect(inside(said)).toBe(told)
  expect(after).toEqual({ ...FILES, ...changed })
})

test('an expression that would never end is ended, and the worker goes on meanwhile', async () => {
  let beats = 0
  const heart = setInterval(() => beats++, 50)
  const pattern = '^(a+)+$'
  const { told } = await bench.call({ f: `${'a'.repeat(60)}!` }, 'search', { pattern, is_regex: true })
  clearInterval(heart)
  expect(inside(told)).toBe('the search took longer than 5 s: use a simpler pattern, or a path')
  expect(beats).toBeGreaterThan(50)
}, 30_000)

test('a file with much in it is searched, one with more is not', async () => {
  const files = {
    'large.txt': `${'x'.repeat(8_000_000)}\nneedle\n`,
    'larger.txt': `${'x'.repeat(9_000_000)}\nneedle\n`,
  }
  const { told } = await bench.call(files, 'search', { pattern: 'needle' })
  expect(inside(told)).toBe('large.txt:2: needle\n1 files above 8388608 bytes were not looked through')
}, 20_000)

test('without a snapshot the files begin empty, and what the agent leaves is its output beside the answer', async () => {
  const { output, told } = await bench.use(
    ['write_file', 'read_file'],
    undefined,
    ['write_file', { path: 'a', content: '1' }],
    ['read_file', { path: 'a' }],
  )
  expect(output).toEqual({ output: 'done', snapshot: await bench.files({ a: '1' }) })
  expect(inside(told[1]!)).toBe('"a", lines 1 to 1 of 1\n1')
})

test('an agent that only reads returns its answer alone', async () => {
  const { output } = await bench.use(['read_file'], await bench.files(FILES), ['read_file', { path: 'README.md' }])
  expect(output).toBe('done')
})

test.each<[what: string, snapshot: unknown, code: string]>([
  ['no artifact', 'main', 'InvalidPayload'],
  ['an object', { files: {} }, 'InvalidPayload'],
  ['of an artifact that is not there', '0'.repeat(64), 'ArtifactNotFound'],
  ['of another artifact', createHash('sha256').update('text').digest('hex'), 'ArtifactCorrupt'],
])('a payload whose snapshot is %s is refused before anything is asked', async (_what, snapshot, code) => {
  const own = new Toolbench()
  await own.artifacts.put('text')
  await expect(own.use(['read_file'], snapshot as string)).rejects.toMatchObject({ code })
  expect(own.asked).toEqual([])
})

test('a tool that is not in the list is not there', async () => {
  const { told, output } = await bench.use(['read_file', 'write_file'], await bench.files(FILES), [
    'run_command',
    { command: 'rm -rf .' },
  ])
  expect(told[0]).toContain("unavailable tool 'run_command'. Available tools: read_file, write_file")
  expect(await bench.texts(output.snapshot)).toEqual(FILES)
})

describe('run_command', () => {
  const run = async (command: string, files: Record<string, string> = FILES, more: object = {}) => {
    const { told, after } = await bench.call(files, 'run_command', { command, ...more })
    return { told: inside(told), after }
  }

  sandboxTest('what it prints is told, and what it writes is kept', async () => {
    const { told, after } = await run('cat README.md; echo new > n.txt; rm -r src; chmod +x README.md; exit 3')
    expect(told).toBe('exit code 3\nchanged: n.txt, src/deep/x.txt (removed), src/main.js (removed)\n# Tides\n')
    expect(after).toEqual({ 'README.md': '# Tides\n', 'n.txt': 'new\n' })
  })

  sandboxTest('it is ended at its time', async () => {
    const { told } = await run('echo begun; sleep 60', FILES, { timeout_seconds: 1 })
    expect(told).toBe('ended for its limit of time\nbegun\n')
  })

  sandboxTest(
    'what it leaves that is too much is not kept at all',
    async () => {
      const { told, after } = await run('echo new > n.txt; head -c 70000000 /dev/zero > large')
      expect(told).toMatch(
        /^exit code 0\nits changes are not kept, the files are as before: .*large has more than 67,108,864 bytes\n/,
      )
      expect(after).toEqual(FILES)
    },
    60_000,
  )

  sandboxTest('names that are one elsewhere are not kept either', async () => {
    const { told, after } = await run('echo > readme.md')
    expect(told).toMatch(/the files are as before: "README.md" and "readme.md" are one file/)
    expect(after).toEqual(FILES)
  })
})
