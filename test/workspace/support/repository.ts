// Real git repositories, made by plain git, and a picture of one that shows whether anything in it was touched.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pictureOf } from './playground'

export function plainGit(directory: string, ...args: string[]): string {
  const env = {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.org',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.org',
  }
  return execFileSync('git', ['-c', 'protocol.file.allow=always', ...args], {
    cwd: directory,
    env,
    encoding: 'utf8',
  }).trim()
}

/** One commit: two files, one that can be run, a symbolic link and a submodule; then a changed, a staged and an untracked file. */
export function makeRepository(directory: string, format: 'sha1' | 'sha256' = 'sha1'): string {
  const template = (templates[format] ??= makeTemplate(format))
  cpSync(template, directory, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
  return plainGit(directory, 'rev-parse', 'HEAD')
}

/** Made once in a process, and copied: a dozen git processes each time would make most of the tests' time. */
const templates: { sha1?: string; sha256?: string } = {}

export function removeTemplates(): void {
  for (const path of Object.values(templates)) rmSync(dirname(path), { recursive: true, force: true })
}

function makeTemplate(format: 'sha1' | 'sha256'): string {
  const directory = join(mkdtempSync(join(tmpdir(), 'troupe-template-')), 'repository')
  const sub = `${directory}-sub`
  for (const path of [directory, sub]) mkdirSync(path, { recursive: true })
  plainGit(sub, 'init', '-q', '-b', 'main', `--object-format=${format}`)
  plainGit(sub, 'commit', '-q', '--allow-empty', '-m', 'sub')
  plainGit(directory, 'init', '-q', '-b', 'main', `--object-format=${format}`)
  mkdirSync(join(directory, 'src'))
  writeFileSync(join(directory, 'src', 'keep.js'), 'keep\r\n')
  writeFileSync(join(directory, 'src', 'gone.js'), 'gone\n')
  writeFileSync(join(directory, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 })
  symlinkSync('/etc/passwd', join(directory, 'link'))
  plainGit(directory, 'submodule', '--quiet', 'add', sub, 'module')
  plainGit(directory, 'add', '-A')
  plainGit(directory, 'commit', '-q', '-m', 'first')
  writeFileSync(join(directory, 'src', 'keep.js'), 'changed, not staged\n')
  writeFileSync(join(directory, 'staged.txt'), 'staged\n')
  plainGit(directory, 'add', 'staged.txt')
  writeFileSync(join(directory, 'untracked.txt'), 'untracked\n')
  return directory
}

/** Working tree, index, HEAD, configuration, hooks and logs: all but objects and branches. */
export function untouchedPart(directory: string): string {
  const own = join(directory, '.git')
  const tree = pictureOf(directory, new Set(['objects', 'refs', 'logs'].map((name) => join(own, name))))
  return `${tree}\n${readFileSync(join(own, 'logs', 'HEAD'), 'utf8')}\n${readdirSync(own).sort().join(' ')}`
}
