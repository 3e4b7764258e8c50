// TEAM. The languages that programs are written in: how their tests are run, found and written, and what a program needs
// besides its modules.
import { TroupeError } from '../contract/errors'
import { quote } from '../contract/json'
import { choicesHint } from '../contract/nearest'

export const LANGUAGE_NAMES = ['javascript', 'python'] as const
export type LanguageName = (typeof LANGUAGE_NAMES)[number]

export interface Language {
  title: string
  /** What people run; the only commands whose report we can read. */
  testCommand: readonly string[]
  /** The program that `runCommand` begins with. */
  program: string
  /** Where a program begins that one coder writes alone. */
  entry: string
  /** Whether the test command finds tests in a file of this path. */
  isTestFile(path: string): boolean
  /** A name of such a file, for any directory in which tests are found. */
  sampleTest: string
  /** Whether it is named as a file of tests, and not only lies where helpers of tests may lie. */
  isNamedAsTests(path: string): boolean
  /** What such a file is called, for models. */
  testFiles: string
  /** What coders keep to. */
  codeRules: readonly string[]
  /** What test-agents keep to. */
  testRules: readonly string[]
}

/** What `node --test` looks for without arguments, on every Node from 20 on. */
function isNodeTestFile(path: string): boolean {
  const steps = path.split('/')
  if (steps.includes('node_modules') || !/\.[cm]?js$/.test(path)) return false
  return steps.slice(0, -1).includes('test') || isNamedAsNodeTests(path)
}

function isNamedAsNodeTests(path: string): boolean {
  return /^(test|test-.+|.+[._-]test)\.[cm]?js$/.test(path.split('/').pop()!)
}

/** unittest goes through packages only: a directory that cannot be imported is passed over. */
function isUnittestFile(path: string): boolean {
  const steps = path.split('/')
  return /^test[A-Za-z0-9_]*\.py$/.test(steps.pop()!) && steps.every((step) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(step))
}

const javascript: Language = {
  title: 'JavaScript for Node 20 and later',
  testCommand: ['node', '--test'],
  program: 'node',
  entry: 'src/main.js',
  isTestFile: isNodeTestFile,
  sampleTest: 'a.test.js',
  isNamedAsTests: isNamedAsNodeTests,
  testFiles: 'named `<name>.test.js`, below `test/`',
  codeRules: [
    'ES modules: `import` and `export`; relative imports name the file with its ending, such as `./money.js`.',
    'Only modules of Node itself, imported as `node:fs`; no packages.',
    'A new program gets its package.json from the machinery (`"type": "module"`): do not write one.',
    'A module that is also a program runs only when it was started as one, so that a test can import it.',
    'Nothing calls process.exit, which would end the tests as well: set process.exitCode, or return the exit code.',
  ],
  testRules: [
    "`import { test } from 'node:test'` and `import assert from 'node:assert/strict'`; nothing else is installed.",
    'A test file imports what it tests by a relative path with its ending, such as `../src/money.js`.',
    'The title of a test is its first argument: `test("[AC-3] a cent is never lost", () => { … })`.',
    'No test is skipped or marked as todo, and no file calls process.exit.',
  ],
}

const python: Language = {
  title: 'Python 3.9 and later',
  testCommand: ['python3', '-m', 'unittest'],
  program: 'python3',
  entry: 'main.py',
  isTestFile: isUnittestFile,
  sampleTest: 'test_a.py',
  isNamedAsTests: isUnittestFile,
  testFiles: 'named `test_<name>.py`, below `tests/`',
  codeRules: [
    'Only the standard library; no packages.',
    'Imports are absolute from the root of the program, such as `from ledger.money import parse_amount`.',
    'Directories and files have names that can be imported: lower-case letters, digits and `_`; at the top none has that of a module of the standard library.',
    'A module that is also a program runs only under `if __name__ == "__main__":`, so that a test can import it.',
  ],
  testRules: [
    'Classes that extend `unittest.TestCase`; nothing else is installed.',
    'Tests run in the root of the program: import what is tested absolutely, such as `from ledger.money import parse_amount`.',
    'The first line of a test method\'s docstring is its title: `"""[AC-3] a cent is never lost"""`.',
    'No test is skipped or expected to fail, and nothing calls sys.exit or os._exit.',
  ],
}

export const LANGUAGES: Readonly<Record<LanguageName, Language>> = { javascript, python }

/** @throws TroupeError `InvalidUsage` naming the choices */
export function languageName(given: string): LanguageName {
  const found = LANGUAGE_NAMES.find((name) => name === given.trim().toLowerCase())
  if (found) return found
  throw new TroupeError('InvalidUsage', `the code team does not write ${quote(given)}`, {
    hint: choicesHint(given, LANGUAGE_NAMES, 'languages'),
  })
}
