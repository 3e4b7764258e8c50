// TEAM. How a repository's own tests are run, found by what lies at its top: the manifest of the language first, then those of
// others, and last a Makefile or files that are named as tests.
import { isObject } from '../../contract/json'
import type { Artifacts, Snapshot } from '../../workspace/snapshot'
import { fileAt, readText } from '../../workspace/snapshots'
import { LANGUAGES, type LanguageName } from '../languages'

type Find = (repository: Repository) => Promise<string | undefined>

const BY_LANGUAGE: Readonly<Record<LanguageName, readonly Find[]>> = {
  javascript: [npmScript, pythonProject],
  python: [pythonProject, npmScript],
}

/** The command as a shell reads it; undefined where the repository has no tests that we would find. */
export async function ownTestCommand(
  artifacts: Artifacts,
  snapshot: Snapshot,
  language: LanguageName,
): Promise<string | undefined> {
  const repository: Repository = {
    paths: Object.keys(snapshot.files),
    text: async (path) => (fileAt(snapshot, path) ? readText(artifacts, snapshot, path) : ''),
  }
  const ways = [...BY_LANGUAGE[language], goModule, cargoPackage, makeTarget]
  for (const find of ways) {
    const command = await find(repository)
    if (command !== undefined) return command
  }
  const { isNamedAsTests, testCommand } = LANGUAGES[language]
  return repository.paths.some(isNamedAsTests) ? testCommand.join(' ') : undefined
}

interface Repository {
  paths: readonly string[]
  /** Empty where there is no such file. */
  text(path: string): Promise<string>
}

async function npmScript({ text }: Repository): Promise<string | undefined> {
  const script = testScript(await text('package.json'))
  // What `npm init` writes is no test
  return script && !/no test specified/.test(script) ? script : undefined
}

/** pytest where a file says so; it runs what unittest would, but is not always installed. */
async function pythonProject({ paths, text }: Repository): Promise<string | undefined> {
  const manifests = ['pyproject.toml', 'setup.cfg', 'tox.ini', 'pytest.ini', 'requirements-dev.txt', 'requirements.txt']
  const texts = await Promise.all(manifests.map(text))
  const usesPytest = /^\s*\[(tool\.|tool:)?pytest|^["'\s]*pytest\b/m
  const hasTests = paths.some(isPythonTest)
  if (paths.includes('pytest.ini') || paths.includes('conftest.py') || texts.some((one) => usesPytest.test(one))) {
    return hasTests ? 'python3 -m pytest' : undefined
  }
  return paths.includes('pyproject.toml') && hasTests ? 'python3 -m unittest' : undefined
}

function isPythonTest(path: string): boolean {
  return /(^|\/)(test_[^/]*|[^/]*_test)\.py$/.test(path)
}

/** Told one by one, so that they can be counted. */
async function goModule({ paths }: Repository): Promise<string | undefined> {
  return paths.includes('go.mod') && paths.some((path) => path.endsWith('_test.go')) ? 'go test -v ./...' : undefined
}

async function cargoPackage({ paths }: Repository): Promise<string | undefined> {
  return paths.includes('Cargo.toml') ? 'cargo test --offline' : undefined
}

async function makeTarget({ text }: Repository): Promise<string | undefined> {
  const makefile = [await text('GNUmakefile'), await text('makefile'), await text('Makefile')].find(Boolean) ?? ''
  return /^test\s*:(?!=)/m.test(makefile) ? 'make test' : undefined
}

function testScript(manifest: string): string | undefined {
  try {
    const value: unknown = JSON.parse(manifest)
    const scripts = isObject(value) && isObject(value.scripts) ? value.scripts : {}
    return typeof scripts.test === 'string' && scripts.test.trim() !== '' ? scripts.test : undefined
  } catch {
    return undefined
  }
}
