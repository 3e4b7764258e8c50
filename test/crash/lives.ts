// A run in a worker that dies at one point after the other, until the run has ended.
import { once } from 'node:events'
import type { Run } from '../../src/index'
import type { Picks } from '../contract/support/picks'
import type { TestTroupe } from '../support/troupe'
import { startTypeScript } from '../support/typescript-process'

export interface LivesOptions {
  /** Where the worker's team is, seen from the root of the repository, and the name under which it is exported. */
  module: string
  exported: string
  /** Joins the environment of the worker: what `mortality.ts` reads besides DIE_AT. */
  environment: NodeJS.ProcessEnv
  /** Workers that die at a point that the seed picks; the next ones live as long as `environment` lets them. */
  deaths: number
  /** The points of its own that such a one may live through. */
  mostPoints: number
  picks: Picks
  /** Asked again and again while a worker lives. */
  between?: () => Promise<void>
}

export async function liveToTheEnd(
  { address: ADDRESS, namespace: NAMESPACE, storeDirectory: TROUPE_STORE }: TestTroupe,
  run: Run,
  { module, exported, deaths, mostPoints, picks, between, ...options }: LivesOptions,
): ReturnType<Run['outcome']> {
  let hasEnded = false
  const ended = run.outcome().finally(() => (hasEnded = true))
  for (let life = 0; !hasEnded; life++) {
    const DIE_AT = life < deaths ? String(1 + picks.below(mostPoints)) : '0'
    const environment = { ADDRESS, NAMESPACE, TROUPE_STORE, ...options.environment, DIE_AT }
    const worker = startTypeScript('test/crash/mortal-worker.ts', { args: [module, exported], environment })
    const gone = once(worker, 'exit')
    await Promise.race([once(worker.stdout!, 'data'), gone])
    while (worker.exitCode === null && worker.signalCode === null && !hasEnded) {
      await between?.()
      await Promise.race([gone, ended, new Promise((wake) => setTimeout(wake, 500))])
    }
    worker.kill('SIGKILL')
    await gone
  }
  return ended
}
