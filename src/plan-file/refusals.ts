// HOST. How a plan file is refused: each problem on a line that begins with its place, as compilers print it.
import { TroupeError, type Problem } from '../contract/errors'
import { describeProblem } from '../contract/schema/check-plan'
import type { Position } from './plan-file'

/** Lines of a message: one slip in the syntax may be followed by thousands. `problems` holds them all. */
const NAMED_SYNTAX_PROBLEMS = 50

export interface PlacedProblem {
  problem: Problem
  position: Position
}

/** All problems, in the file's order. */
export function refusal(file: string, placed: readonly PlacedProblem[]): TroupeError {
  const sorted = [...placed].sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column)
  const lines = sorted.map(({ problem, position }) => atPosition(file, position, describeProblem(problem)))
  return invalid(
    lines,
    sorted.map(({ problem }) => problem),
  )
}

/** The same for a text that could not be read as a plan at all. */
export function syntaxRefusal(file: string, placed: readonly PlacedProblem[]): TroupeError {
  const shown = placed.slice(0, NAMED_SYNTAX_PROBLEMS)
  const lines = shown.map(({ problem, position }) => atPosition(file, position, describeProblem(problem)))
  if (placed.length > shown.length) lines.push(`and ${placed.length - shown.length} more`)
  return invalid(
    lines,
    placed.map(({ problem }) => problem),
  )
}

export function atPosition(file: string, { line, column }: Position, text: string): string {
  return `${file}:${line}:${column}: ${text}`
}

function invalid(lines: string[], problems: Problem[]): TroupeError {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
  return new TroupeError('InvalidPlan', `the plan has ${count}:\n${lines.join('\n')}`, { problems })
}
