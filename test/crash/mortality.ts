// A process that dies by SIGKILL at its n-th point. Points are named; those that count match POINTS, and n is DIE_AT. With EACH it
// dies at the first point besides of each kind that EACH matches and nobody has died at. The file DEATHS has a line for each death.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'

const { DIE_AT = '0', POINTS = '', DEATHS, EACH } = process.env
const counted = new RegExp(POINTS)
const known = new Set(EACH === undefined ? [] : deathsIn(DEATHS!).map(kindOf))
let seen = 0

/** What was done outside and is in no record yet, as `<kind> done`; empty if there is nothing. */
let unrecorded = ''

export function point(name: string): void {
  const isFirst = EACH !== undefined && new RegExp(EACH).test(name) && !known.has(kindOf(name))
  const isNth = counted.test(name) && ++seen === Number(DIE_AT)
  if (!isFirst && !isNth) return
  if (DEATHS !== undefined) appendFileSync(DEATHS, `${unrecorded}${name}\n`)
  process.kill(process.pid, 'SIGKILL')
}

/** From here on until `recorded` a death means that it is done once more. */
export function done(kind: 'model' | 'tool'): void {
  unrecorded = `${kind} done: `
}

export function recorded(kind: 'model' | 'tool'): void {
  if (unrecorded.startsWith(kind)) unrecorded = ''
}

/** A line for each. */
export function deathsIn(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
}

/** The place of a death in any run: of a record's name its room only. */
export function kindOf(death: string): string {
  return death.replace(/^\w+ done: /, '').replace(/ runs\/[^/]+\/[^/]+\/(ledger\/\w+|.*(?=\/)).*$/, ' $1')
}
