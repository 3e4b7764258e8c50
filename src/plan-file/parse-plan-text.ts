// HOST. YAML or JSON text → plan with positions. JSON is read as the YAML that it is, so both name line and column.
import { resolve } from 'node:path'
import { LineCounter, parseDocument, type Document } from 'yaml'
import type { Problem } from '../contract/errors'
import { isObject, preview } from '../contract/json'
import { resolveAliases } from './aliases'
import { locateOffset } from './locate'
import type { PlanFile, Position } from './plan-file'
import { syntaxRefusal, type PlacedProblem } from './refusals'
import { toValue } from './to-value'

/**
 * Parses a plan. Its shape is not checked here (`checkPlanFile` does that), only what keeps it from being data.
 *
 * @throws TroupeError `InvalidPlan` naming every mistake in the syntax with `FILE:LINE:COLUMN`
 */
export function parsePlanText(text: string, { file, directory }: { file: string; directory: string }): PlanFile {
  const lineCounter = new LineCounter()
  const position = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const placed = (offset: number, message: string, hint?: string): PlacedProblem => ({
    problem: { path: '', message, ...(hint ? { hint } : {}) },
    position: position(offset),
  })
  // The core schema leaves dates texts; merge keys (`<<`) are ordinary; duplicates are found by toValue, with their lines
  const document: Document = parseDocument(text, {
    lineCounter,
    schema: 'core',
    merge: false,
    uniqueKeys: false,
    prettyErrors: false,
  })
  const faults = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0])
  if (faults.length > 0)
    throw syntaxRefusal(
      file,
      faults.map((fault) => placed(fault.pos[0], syntaxMessage(fault.code, fault.message))),
    )
  const root = document.contents
  if (!root || root.range?.[0] === root.range?.[1])
    throw syntaxRefusal(file, [placed(0, 'there is no plan in it: it is empty', 'a plan has "name" and "subtasks"')])
  const targets = resolveAliases(document)
  const { value, problems } = toValue(root, targets, (offset) => position(offset).line)
  if (problems.length > 0)
    throw syntaxRefusal(
      file,
      problems.map(({ offset, message, hint }) => placed(offset, message, hint)),
    )
  const base = resolve(directory)
  return {
    file,
    directory: base,
    ...withoutTeam(value, base),
    locate: (path) => position(locateOffset(root, targets, path)),
  }
}

/** The parser's words, where its own are about YAML's inner life. */
function syntaxMessage(code: string, message: string): string {
  if (code === 'MULTIPLE_DOCS') return 'a file holds one plan: a second document begins here'
  if (code === 'RESOURCE_EXHAUSTION') return 'nested too deep to be read'
  return message
}

function withoutTeam(value: unknown, directory: string): Pick<PlanFile, 'plan' | 'team' | 'problems'> {
  if (!isObject(value) || !Object.hasOwn(value, 'team')) return { plan: value, problems: [] }
  const { team, ...plan } = value
  if (typeof team === 'string' && team !== '') return { plan, team: resolve(directory, team), problems: [] }
  const problem: Problem = {
    path: 'team',
    message: `${preview(team)}: must be the path of a module that exports a team`,
    hint: 'relative to this file, for example "./team.ts"',
  }
  return { plan, problems: [problem] }
}
