// Paths that would lead out of a snapshot, or mean another file elsewhere: each one is tried at every door that takes paths,
// and what lies around is compared with what it was.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { materialise } from '../../src/workspace/materialise'
import { applyPatches } from '../../src/workspace/patches'
import { pathProblem } from '../../src/workspace/paths'
import { EMPTY_SNAPSHOT, loadSnapshot, storeFile, storeSnapshot, textFiles } from '../../src/workspace/snapshots'
import { filesIn, playground, removePlaygrounds } from './support/playground'
import { MemoryArtifacts } from './support/memory-artifacts'

afterEach(removePlaygrounds)

const ESCAPES: Record<string, string[]> = {
  upwards: ['..', '../outside/secret.txt', 'a/../../outside/secret.txt', 'a/..', './../x', '.', './a', 'a/./b', 'a/.'],
  absolute: ['/', '/tmp/x', '//tmp/x', '/proc/self/cwd/x', 'C:/x', 'c:x', 'C:\\x', '\\\\server\\share', '\\x', '~:/x'],
  backslashes: ['..\\outside\\secret.txt', 'a\\b', 'a/..\\x', '\\\\?\\C:\\x'],
  'empty names': ['', 'a//b', 'a/', 'a//'],
  'control characters': [
    'a\0b',
    '../outside/secret.txt\0.js',
    'a\nb',
    'a\rb',
    '\u001b[2Ja',
    'a\u007f',
    'a\u0085b',
    'a\u2028b',
  ],
  'invisible and bidirectional': [
    'a\u200bb',
    'a\u200d',
    '\ufeffa',
    'a\u00adb',
    'a\u202etxt.exe',
    'a\u2066b',
    'a\u061cb',
    'a\ufe0f',
    '\u{e0061}a',
    'a\u3164',
    '.\u200b./x',
  ],
  'broken Unicode': ['a\ud800b', '\udfff', 'e\u0301.js', '\u212b.js', 'a\ue000', 'a\u0378', '\u{10ffff}'],
  'dots and slashes in disguise': [
    '\uff0e\uff0e/x',
    '\u2025/x',
    '\u2024\u2024/x',
    'a\uff0fb',
    'a\uff3cb',
    '\u2100',
    'a\uff1ab',
  ],
  "git's directory": [
    '.git/config',
    '.git',
    'a/.git/hooks/post-checkout',
    '.GIT/config',
    '.gIt/x',
    'git~1/config',
    'GIT~2/x',
    '.git./config',
    '.git /config',
    '.git::$INDEX_ALLOCATION/config',
    '.g\u200cit/config',
    '\uff0egit/config',
    '.\uff47\uff49\uff54/config',
    '.g\u0131t/config',
  ],
  "Troupe's own places": ['.troupe-apply_1-2-3_x/journal.json', 'a/.Troupe-Delivery_ready_1/x'],
  Windows: [
    'con',
    'CON.txt',
    'a/nul',
    'aux.js',
    'prn',
    'com1.log',
    'LPT9',
    'COM\u00b9',
    'conin$',
    'a/CONOUT$.x',
    'nul .txt',
    'a.',
    'a /b',
    'a./b',
    'a:b',
    'a?b',
    'a*b',
    'a|b',
    'a<b',
    'a>b',
    'a"b',
    'a\u2024',
  ],
  'too much': ['x'.repeat(256), 'ä'.repeat(128), 'x/'.repeat(64) + 'x', `${'x'.repeat(200)}/`.repeat(6) + 'x'],
  'keys of objects': ['__proto__'],
}
const ALL = Object.entries(ESCAPES).flatMap(([kind, paths]) => paths.map((path): [string, string] => [kind, path]))

test('there are more than sixty of them', () => expect(ALL.length).toBeGreaterThan(60))

test.each(ALL)('%s: %j', async (_kind, path) => {
  const artifacts = new MemoryArtifacts()
  const file = await storeFile(artifacts, Buffer.from('written by an attempt'))
  const place = playground()
  const before = place.surroundings()
  // Not by assignment, which sets the prototype for one of them.
  const files = Object.defineProperty({}, path, { value: file, enumerable: true }) as Record<string, typeof file>
  const texts = Object.defineProperty({}, path, { value: 'text', enumerable: true }) as Record<string, string>
  const refused = expect.objectContaining({ code: 'PathRefused' })

  expect(pathProblem(path)).toEqual(expect.any(String))
  await expect(textFiles(artifacts, texts)).rejects.toEqual(refused)
  await expect(storeSnapshot(artifacts, { files })).rejects.toEqual(refused)
  const forged = await artifacts.put(JSON.stringify({ files }))
  await expect(loadSnapshot(artifacts, forged)).rejects.toEqual(refused)
  const owner = { owner: 'mallory', paths: ['/', 'src/'] }
  expect(() => applyPatches(EMPTY_SNAPSHOT, [{ ...owner, patch: { write: files, remove: [] } }])).toThrow(refused)
  expect(() => applyPatches(EMPTY_SNAPSHOT, [{ ...owner, patch: { write: {}, remove: [path] } }])).toThrow(refused)
  await expect(materialise(artifacts, { files }, place.inside)).rejects.toEqual(refused)

  expect(place.surroundings()).toBe(before)
  expect(Object.getPrototypeOf({})).toBe(Object.prototype)
})

test('the same paths do lead out where nobody looks at them', () => {
  const { inside, outside } = playground()
  mkdirSync(inside)
  writeFileSync(join(inside, '../outside/secret.txt'), 'overwritten')
  expect(readFileSync(join(outside, 'secret.txt'), 'utf8')).toBe('overwritten')
})

test('ordinary paths in many scripts are taken, and arrive as they are', async () => {
  const artifacts = new MemoryArtifacts()
  const paths = [
    'src/parser.js',
    'README',
    '.gitignore',
    '.github/workflows/ci.yml',
    '.gitattributes',
    'a b/c d.txt',
    'größe/naïve.ts',
    '日本語/テスト.js',
    'файл.txt',
    'עברית.md',
    '[id]/(group)/@slot/page.tsx',
    'console.js',
    'common/lpt.js',
    'git/x',
    '...rest',
    'constructor',
    'toString',
    'x'.repeat(255),
    '🙂.md',
    '-rf',
    '$HOME',
    '`id`',
  ]
  const { inside } = playground()
  await materialise(
    artifacts,
    { files: await textFiles(artifacts, Object.fromEntries(paths.map((path) => [path, path]))) },
    inside,
  )
  expect(filesIn(inside)).toEqual([...paths].sort())
  for (const path of paths) expect(readFileSync(join(inside, path), 'utf8')).toBe(path)
})
