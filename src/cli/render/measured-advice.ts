// HOST, pure. Measured advice as text: the numbers, the advice with its reasons, and how to go on.
import type { MeasuredAdvice, MeasuredDirectory, MeasuredPlan } from '../../advise/measure'
import { duration } from '../../contract/time'
import { painter, type Piece } from './line'

/** Ids of the longest path that stand in a line. */
const SHOWN = 8

export function renderMeasuredAdvice(measured: MeasuredAdvice, { color }: { color: boolean }): string[] {
  const { plan, directory, advice, reasons, slots, agents, notes } = measured
  const lines: Piece[][] = [
    ...(plan ? planLines(plan) : []),
    ...(directory ? [directoryLine(directory)] : []),
    ...notes.map((note): Piece[] => [['dim', `note: ${note}`]]),
    ['advice: ', ['bold', advice]],
    ...reasons.map((reason): Piece[] => [`  because ${reason}`]),
    ...(advice === 'team' && plan ? [[`slots: ${slots}`, ...agents.map(agentText)]] : []),
    [['dim', `next: ${nextStep(measured)}`]],
  ]
  const paint = painter(color)
  return lines.map((pieces) => paint(pieces).trimEnd())
}

function planLines({
  name,
  subtasks,
  dependencies,
  width,
  work,
  criticalPath,
  unit,
  path,
  tokens,
  largest,
}: MeasuredPlan): Piece[][] {
  const time = (value: number): string => (unit === 'ms' ? duration(value) : `${value} subtasks`)
  const more = path.length - SHOWN
  const ids = [...path.slice(0, SHOWN), ...(more > 0 ? [`${more} more`] : [])].join(' → ')
  const most = largest && subtasks > 1 ? `, at most ${number(largest.tokens)} in one (${largest.id})` : ''
  return [
    [`plan        ${name}: ${number(subtasks)} subtasks, ${number(dependencies)} dependencies`],
    [`width       ${number(width)} at a time`],
    [`work        ${time(work)}`],
    [`longest     ${time(criticalPath)}: ${ids}`],
    [`payloads    ${number(tokens)} tokens${most}`],
  ]
}

function directoryLine({ directory, files, tokens, estimated, leftOut }: MeasuredDirectory): Piece[] {
  const counts = Object.entries(leftOut).map(([reason, count]) => `${number(count)} ${reason}`)
  const without = counts.length > 0 ? `; not counted: ${counts.join(', ')}` : ''
  return [
    `directory   ${directory}: ${number(files)} files, ${estimated ? 'about ' : ''}${number(tokens)} tokens${without}`,
  ]
}

function agentText({ agent, slots, processes }: MeasuredAdvice['agents'][number]): Piece {
  return `; ${agent} ${slots}${processes > 1 ? ` (${processes} worker processes)` : ''}`
}

function nextStep({ advice, plan }: MeasuredAdvice): string {
  if (advice === 'team') return plan ? 'troupe run PLAN' : 'troupe code "REQUEST" --dir DIRECTORY'
  return plan ? 'a plan of one subtask' : 'troupe code "REQUEST" --mode single --dir DIRECTORY'
}

function number(value: number): string {
  return value.toLocaleString('en')
}
