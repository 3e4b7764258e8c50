// Troupe against the test server: a namespace and a store of its own for each test file, ended without leftovers.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DefaultLogger, Runtime } from '@temporalio/worker'
import { connect, type Team, type Troupe, type TroupeWorker } from '../../src/index'
import { testNamespace } from './server'

export interface TestTroupe {
  troupe: Troupe
  namespace: string
  address: string
  storeDirectory: string
  /** A fresh directory that is removed with the rest. */
  directory: string
  serve(...teams: Team[]): Promise<TroupeWorker>
}

/** One Troupe for a test file, made before its tests and closed after them. */
export function useTroupe(name: string): TestTroupe {
  const test = {} as TestTroupe
  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] })
    const { address, namespace } = await testNamespace(name)
    const directory = mkdtempSync(join(tmpdir(), 'troupe-test-'))
    const storeDirectory = join(directory, 'store')
    const troupe = await connect({ address, namespace, store: storeDirectory })
    const serve = (...teams: Team[]) => troupe.serve(teams)
    Object.assign(test, { troupe, namespace, address, directory, storeDirectory, serve })
  })
  afterAll(async () => {
    await test.troupe.close()
    await Runtime.instance().shutdown()
    rmSync(test.directory, { recursive: true, force: true })
  })
  return test
}
