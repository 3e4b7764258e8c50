// A process that dies by SIGKILL at its n-th point. Points are named; those that count match POINTS, and n is DIE_AT. What it died of
// is the last line of the file DEATHS.
import { appendFileSync } from 'node:fs'

const { DIE_AT = '0', POINTS = '', DEATHS } = process.env
const counted = new RegExp(POINTS)
let seen = 0

/** What was done outside and is in no record yet, as `<kind> done`; empty if there is nothing. */
let unrecorded = ''

export function point(name: string): void {
  if (!counted.test(name) || ++seen !== Number(DIE_AT)) return
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
