// Keys of well-known shapes are found in the texts of strangers, in a time that grows with the text and not with its square.
import { secretFilter } from '../../../src/agents/models/secrets'

const MEGABYTE = 1024 * 1024
/** Seconds would hold up everything that a worker does; what is quadratic takes minutes. */
const BOUND_MS = 10_000

const ENVIRONMENT = { TEST_API_KEY: 'aaaaaaaaaaaaaaab', OTHER_TOKEN: 'eyJ-eyJ-eyJ-eyJ.' }
const clean = secretFilter(ENVIRONMENT)

const jwt = (characters: number): string =>
  `eyJ${'a'.repeat(characters)}.eyJ${'b'.repeat(characters)}.${'c'.repeat(43)}`

test.each([
  ['a JSON Web Token', jwt(30)],
  ['a long one', jwt(12_000)],
  ['a key of a provider', `sk-ant-${'a1'.repeat(40)}`],
  ['a masked one', `sk-${'*'.repeat(60)}abcd`],
  ['a private key', `-----BEGIN EC PRIVATE KEY-----\n${'a\n'.repeat(500)}-----END EC PRIVATE KEY-----`],
  ['the half of one', `-----BEGIN PRIVATE KEY-----\n${'a\n'.repeat(500)}`],
])('%s is found, wherever it stands', (_what, key) => {
  const isEnded = !key.startsWith('-----') || key.includes('-----END')
  for (const [before, after] of [
    ['', ''],
    ['token=', isEnded ? ' and so on' : ''],
    ['"', isEnded ? '", "next"' : ''],
    ['one.', isEnded ? '\n' : ''],
  ] as const) {
    expect(clean(`${before}${key}${after}`)).toBe(`${before}[secret]${after}`)
  }
  if (isEnded) expect(clean(`${key}\n${key}`)).toBe('[secret]\n[secret]')
})

const UNITS = [
  ...['eyJ-', 'eyJ', 'eyJaaaaaaaaaa.', 'eyJaaaaaaaaaa.eyJ-', '.eyJ-', 'eyJaaaaaaaaaa.eyJaaaaaaaaaa..', '-eyJ_', 'eyJ '],
  ...[
    '-----BEGIN ',
    '-----BEGIN PRIVATE KEY-----',
    '-----BEGIN PRIVATE KEY----------END ',
    '-----BEGIN A',
    'PRIVATE KEY',
  ],
  ...['sk-', 'sk-a ', 'sk-*-', 'sk_live_', 'AIza', 'AIza-', 'ghp_', 'ghp_-', 'github_pat_', 'glpat-', 'npm_', 'npm_a-'],
  ...[
    'xoxb-',
    'xoxb-a_',
    'hf_',
    'hf_-',
    'AKIA',
    'AKIAAAAAAAAAAAAAAAAA',
    'Bearer ',
    'bearer a',
    'Bearer aaaaaaaaaaaaaaaa',
  ],
  ...[
    '://',
    '://:',
    '://a:',
    '://a:b',
    ':b',
    '://a:bbb',
    '//:',
    ':',
    '@',
    'a',
    'A',
    '-',
    ' ',
    '\n',
    'a ',
    'aaaaaaa\n',
    '\\',
    '\0',
  ],
]

test.each(UNITS.map((unit): [string, string] => [JSON.stringify(unit), unit]))('a megabyte of %s', (_name, unit) => {
  const text = unit.repeat(Math.ceil(MEGABYTE / unit.length))
  const begin = performance.now()
  // As it is, and with a secret in it, so that all of it is looked through for that one
  for (const before of ['', `${ENVIRONMENT.TEST_API_KEY} `]) clean(before + text)
  expect(performance.now() - begin).toBeLessThan(BOUND_MS)
})

test.each(['sk-'])('a run of 32 megabytes after %s is no failure', (before) => {
  expect(clean(`${before}${'a'.repeat(32 * MEGABYTE)}`)).toContain('aaaa')
})
