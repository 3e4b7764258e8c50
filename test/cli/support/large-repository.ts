// A git repository of as many files as are asked for: modules that import each other, a few tests of its own, one of which
// has failed for long; and somebody who works in it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { plainGit } from '../../workspace/support/repository'

const TEST = (title: string, body: string): string => `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sum } from '../lib/part-0/file-0.js'
test('${title}', () => { ${body} })
`

/** Two of its files are tests, of which one fails; the others are modules of some lines each. */
export function makeLargeRepository(directory: string, files: number): string {
  mkdirSync(join(directory, 'tests'), { recursive: true })
  const write = (path: string, text: string): void => writeFileSync(join(directory, path), text)
  write('package.json', '{ "type": "module", "scripts": { "test": "node --test tests/" } }\n')
  write('README.md', '# Many files\n')
  write('tests/old.test.js', TEST('adds up', 'assert.equal(sum(2), 2)'))
  write('tests/broken.test.js', TEST('is broken for long', 'assert.equal(sum(2), 3)'))
  for (let place = 0; place < files - 4; place++) {
    const part = `lib/part-${Math.floor(place / 100)}`
    if (place % 100 === 0) mkdirSync(join(directory, part), { recursive: true })
    const lines = Array.from({ length: 20 }, (_, line) => `export const value${line} = ${place * 100 + line}`)
    write(`${part}/file-${place}.js`, `// File ${place}\nexport const sum = (a) => a\n${lines.join('\n')}\n`)
  }
  plainGit(directory, 'init', '-q', '-b', 'main')
  plainGit(directory, 'add', '-A')
  plainGit(directory, 'commit', '-q', '-m', 'first')
  return plainGit(directory, 'rev-parse', 'HEAD')
}

/** Saves files, stages some, makes new ones, until it is told to stop; what it has written is known. */
export class Worker {
  readonly written = new Map<string, string>()
  edits = 0
  private stopped = false
  private readonly working: Promise<void>

  constructor(private readonly directory: string) {
    this.working = this.work()
  }

  async stop(): Promise<void> {
    this.stopped = true
    await this.working
  }

  /** Files that are not as they were left. */
  touched(): string[] {
    return [...this.written].flatMap(([path, text]) =>
      readFileSync(join(this.directory, path), 'utf8') === text ? [] : [path],
    )
  }

  private async work(): Promise<void> {
    for (; !this.stopped; this.edits++) {
      this.save('README.md', `# Many files\n\nEdit ${this.edits}\n`)
      this.save(`lib/part-0/file-${this.edits % 50}.js`, `// Edited ${this.edits}\nexport const sum = (a) => a\n`)
      this.save(`notes-${this.edits % 3}.txt`, `note ${this.edits}\n`)
      if (this.edits % 5 === 0) plainGit(this.directory, 'add', 'README.md')
      await sleep(20)
    }
  }

  private save(path: string, text: string): void {
    writeFileSync(join(this.directory, path), text)
    this.written.set(path, text)
  }
}
