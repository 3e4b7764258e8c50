// A repository with packages installed beside it, and commands on a copy of its last commit that are lent these.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { snapshotOfDirectory } from '../../../src/workspace/directory-snapshot'
import { findInstalled } from '../../../src/workspace/lending/find-installed'
import { lendInstalled } from '../../../src/workspace/lending/lend-installed'
import type { Installed } from '../../../src/workspace/lending/lending'
import { readHead } from '../../../src/workspace/repository'
import { runSandboxed } from '../../../src/workspace/sandbox'
import type { SandboxResult } from '../../../src/workspace/sandbox-options'
import type { Snapshot } from '../../../src/workspace/snapshot'
import { withWorkingCopy } from '../../../src/workspace/working-copy'
import { MemoryArtifacts } from './memory-artifacts'
import { playground, type Playground } from './playground'
import { plainGit } from './repository'

export class InstalledRepository {
  readonly place: Playground = playground()
  readonly directory = join(this.place.root, 'repository')
  private readonly artifacts = new MemoryArtifacts()

  constructor() {
    mkdirSync(this.directory)
  }

  write(texts: Record<string, string>, directory = this.directory): void {
    for (const [path, text] of Object.entries(texts)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true })
      writeFileSync(join(directory, path), text)
    }
  }

  /** All files that are there now as the first commit. */
  async commit(texts: Record<string, string>): Promise<Snapshot> {
    this.write(texts)
    plainGit(this.directory, 'init', '-q', '-b', 'main')
    plainGit(this.directory, 'add', '-A', '-f')
    plainGit(this.directory, 'commit', '-q', '-m', 'first')
    return (await readHead(this.artifacts, this.directory)).snapshot
  }

  async found(): Promise<Installed | undefined> {
    return findInstalled(this.directory, await readHead(this.artifacts, this.directory))
  }

  /** What is found is lent, unless something else is given. */
  async run(
    script: string,
    snapshot: Snapshot,
    installed?: Installed,
  ): Promise<SandboxResult & { missing: string[]; after: Snapshot }> {
    const { missing, ...lending } = await lendInstalled(installed ?? (await this.found()), 'required')
    return withWorkingCopy(this.artifacts, snapshot, async (directory) => {
      const result = await runSandboxed({ command: ['sh', '-c', script], directory, sandbox: 'required', ...lending })
      return { ...result, missing, after: await snapshotOfDirectory(this.artifacts, directory, () => undefined) }
    })
  }
}
