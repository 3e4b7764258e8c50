// PURE. What is wrong with something that was handed in, in words: a problem on a line, and the refusal that names all of them.
import { TroupeError, type ErrorCode, type Problem } from './errors'
import { preview } from './json'

/** A problem on one line, without the file's place. */
export function describeProblem({ path, subtask, message, hint }: Problem): string {
  const place = [path, subtask === undefined ? '' : `(subtask ${preview(subtask, 140)})`].filter(Boolean).join(' ')
  return `${place ? `${place}: ` : ''}${message}${hint ? `; ${hint}` : ''}`
}

/** The refusal of `what`, with a line for each problem, or the lines given. */
export function refusalOf(
  code: ErrorCode,
  what: string,
  problems: Problem[],
  lines = problems.map((problem) => `  ${describeProblem(problem)}`),
): TroupeError {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
  return new TroupeError(code, `${what} has ${count}:\n${lines.join('\n')}`, { problems })
}
