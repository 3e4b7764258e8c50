// A place where `troupe code` is called with recorded models, and what it says of a run.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { wrongAdd } from '../../code-team/support/program'
import { type Finished, NO_MODEL, type Running, type Settings, Workplace } from './command'
import { programRecording } from './recordings'

/** What `-o json` prints. */
export interface Summary {
  runId: string
  status: string
  code?: string
  done: boolean
  tests?: { passed: number; failed: number }
  tokensUsed: number
  rounds: number
  notDone: string[]
  delivered?: { directory: string; branch?: string; files: number; report: string }
  runCommand?: string[]
}

export interface CodePlace {
  place: Workplace
  start(args: readonly string[], settings?: Settings): Running
  code(...args: string[]): Promise<Finished>
  read(...path: string[]): string
}

export const GOOD = ['--model', 'scripted/good.json']
export const summaryOf = ({ stdout }: Finished): Summary => JSON.parse(stdout) as Summary

/** Opened before a file's tests with the recordings good, slow, stuck and wrong, and closed after them. */
export function useCodePlace(name: string): CodePlace {
  const opened = {} as CodePlace
  beforeAll(async () => {
    const place = await Workplace.open(name)
    place.write('good.json', programRecording())
    place.write('slow.json', programRecording({}, 400))
    // Its review comes when everybody has gone
    place.write('stuck.json', programRecording({}, 0, 60_000))
    place.write('wrong.json', programRecording({ 'coder-agent add': wrongAdd }))
    const start: CodePlace['start'] = (args, { environment = {}, ...settings } = {}) =>
      place.start(args, { ...settings, environment: { ...NO_MODEL, ...environment } })
    const code: CodePlace['code'] = (...args) => start(['code', ...args]).finished
    Object.assign(opened, {
      place,
      start,
      code,
      read: (...path: string[]) => readFileSync(join(place.directory, ...path), 'utf8'),
    })
  })
  afterAll(() => opened.place.close())
  return opened
}
