// Clean text, its width, and lines made of pieces.
import { clean, cleanLines } from '../../src/cli/render/clean'
import { painter } from '../../src/cli/render/line'
import { clock, duration, elapsed, since } from '../../src/contract/time'
import { cut, displayWidth, pad } from '../../src/cli/render/width'
import { EVIL, expectHarmless } from './support'

test('what a terminal would obey becomes visible text', () => {
  expect(clean('\u001b[31mred\u0007')).toBe('\\x1b[31mred\\x07')
  expect(clean('a\r\n\tb')).toBe('a b')
  expect(clean('\u009b2J \u202etxt \u{e0041}')).toBe('\\x9b2J \\u202etxt \\u{e0041}')
  expect(clean('half \ud83d')).toBe('half \\ud83d')
  expectHarmless([clean(EVIL)])
})

test('ordinary text of any script stays as it is', () => {
  for (const text of ['plain', 'Ünïcödé', '日本語', 'क्षि', '👩‍👧 family', '__proto__', 'עברית'])
    expect(clean(text)).toBe(text)
})

test('a message of several lines is cleaned line by line', () => {
  expect(cleanLines('one\r\ntwo\n\u001bthree')).toEqual(['one', 'two', '\\x1bthree'])
})

test.each([
  ['abc', 3],
  ['日本', 4],
  ['ｆｕｌｌ', 8],
  ['한국', 4],
  ['é', 1],
  ['e\u0301', 1],
  ['🚀', 2],
  ['🇩🇪', 4],
  ['', 0],
])('%j takes %d columns', (text, columns) => expect(displayWidth(text)).toBe(columns))

test('a text is cut to columns, not characters, and never in the middle of one', () => {
  expect(cut('abcdef', 4)).toBe('abc…')
  expect(cut('abcd', 4)).toBe('abcd')
  expect(cut('日本語', 4)).toBe('日…')
  expect(cut('日本語', 5)).toBe('日本…')
  expect(cut('🚀🚀', 3)).toBe('🚀…')
  expect(cut('abc', 0)).toBe('')
  expect(pad('日', 4)).toBe('日  ')
})

test('a line is cut over all its pieces, and each piece keeps its colour', () => {
  const plain = painter(false)
  expect(plain(['abc', ['red', 'def']], 6)).toBe('abcdef')
  expect(plain(['abc', ['red', 'def']], 5)).toBe('abcd…')
  expect(plain(['abc', ['red', 'def']], 3)).toBe('ab…')
  expect(plain(['abc', undefined, ''], 3)).toBe('abc')
  expect(painter(true)(['a', ['red', 'bcd']], 3)).toBe('a\u001b[31mb…\u001b[39m')
})

test('a colour code inside a text is no colour code any more', () => {
  expect(painter(true)([['green', '\u001b[31mno']])).toBe('\u001b[32m\\x1b[31mno\u001b[39m')
})

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [12_345, '12.3 s'],
  [59_999, '59.9 s'],
  [252_000, '4 min 12 s'],
  [7_500_000, '2 h 5 min'],
  [273_600_000, '3 d 4 h'],
  [-5, '0 ms'],
  [NaN, '0 ms'],
])('%d ms read %s', (milliseconds, text) => expect(duration(milliseconds)).toBe(text))

test('elapsed time has whole seconds, and clocks that differ give zero', () => {
  expect(elapsed(12_900)).toBe('12 s')
  expect(since('2026-03-01T10:00:10Z', Date.parse('2026-03-01T10:00:00Z'))).toBe(0)
  expect(since('no time', 5)).toBe(0)
  expect(clock('no time')).toBe('?')
  expect(clock('2026-03-01T10:00:05Z')).toMatch(/^\d\d:\d\d:05$/)
})
