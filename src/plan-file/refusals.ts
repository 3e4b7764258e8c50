// HOST. How a plan file is refused: each problem on a line that begins with its place, as compilers print it.
import { TroupeError, type Problem } from '../contract/errors'
import { describeProblem, refusalOf } from '../contract/problems'
import type { PlanFile, Position } from './plan-file'

/** Lines of a message: one slip in the syntax may be followed by thousands. `problems` holds them all. */
const NAMED_SYNTAX_PROBLEMS = 50

export interface PlacedProblem {
  problem: Problem
  position: Position
}

/** All problems, in the file's order. */
export function refusal(file: string, placed: readonly PlacedProblem[]): TroupeError {
  const sorted = inOrder(placed)
  return invalid(linesOf(file, sorted), sorted)
}

/** The refusal of somebody who knows no file, with the places in it: its first line stays, and so does what is no problem. */
export function withPlaces(error: TroupeError, { file, locate }: Pick<PlanFile, 'file' | 'locate'>): TroupeError {
  const { code, hint, retryable, problems } = error
  if (problems.length === 0) return error
  const [first = '', ...told] = error.message.split('\n')
  const sorted = inOrder(problems.map((problem) => ({ problem, position: locate(problem.path) })))
  // Of very many only the first ones come as data
  const rest = told.length > sorted.length ? [`and ${told.length - sorted.length} more`] : []
  return new TroupeError(code, [first, ...linesOf(file, sorted), ...rest].join('\n'), {
    ...(hint === undefined ? {} : { hint }),
    ...{ retryable, problems: sorted.map(({ problem }) => problem), cause: error },
  })
}

function inOrder(placed: readonly PlacedProblem[]): PlacedProblem[] {
  return [...placed].sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column)
}

function linesOf(file: string, placed: readonly PlacedProblem[]): string[] {
  return placed.map(({ problem, position }) => atPosition(file, position, describeProblem(problem)))
}

/** The same for a text that could not be read as a plan at all. */
export function syntaxRefusal(file: string, placed: readonly PlacedProblem[]): TroupeError {
  const shown = placed.slice(0, NAMED_SYNTAX_PROBLEMS)
  const lines = linesOf(file, shown)
  if (placed.length > shown.length) lines.push(`and ${placed.length - shown.length} more`)
  return invalid(lines, placed)
}

export function atPosition(file: string, { line, column }: Position, text: string): string {
  return `${file}:${line}:${column}: ${text}`
}

function invalid(lines: string[], placed: readonly PlacedProblem[]): TroupeError {
  const problems = placed.map(({ problem }) => problem)
  return refusalOf('InvalidPlan', 'the plan', problems, lines)
}
