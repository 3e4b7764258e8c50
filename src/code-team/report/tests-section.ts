// TEAM. The report's part on tests: which stand for which criterion, which failed and how, which run beside them.
import type { TestResult } from '../documents'
import { namedCriteria } from '../specification'
import type { CodeRun } from './code-run'
import { coverage } from './coverage'
import { code, fenced, plain, table } from './markdown'

/** Failures that are shown with their messages. */
const SHOWN = 20
/** Characters of one message. */
const MESSAGE_LENGTH = 2_000

const RESULTS = { passed: 'passed', failed: '**failed**', untested: '**not tested**' } as const

export function testsSection({ specification, rounds, checked }: CodeRun): string | undefined {
  const last = rounds.at(-1)
  if (!last) return specification ? 'None were run.' : undefined
  const { tests } = last.check
  const known = specification ? coverage(specification, tests) : []
  const rows = known.map(({ id, text, tests: named, result }) => [
    `${id} ${plain(text)}`,
    named.map((test) => `${plain(titleOf(test))} (${test.status})`).join('<br>') || 'none',
    RESULTS[result],
  ])
  const covering = new Set(known.flatMap(({ tests: named }) => named))
  const others = tests.filter((test) => !covering.has(test))
  const failed = tests.filter(({ status }) => status === 'failed').slice(0, SHOWN)
  return [
    ...(checked ? [] : [`These are results of round ${last.number}; files were written after it and not tested.`]),
    ...(rows.length > 0 ? [table(['criterion', 'tests', 'result'], rows)] : []),
    ...(others.length > 0
      ? ['Tests that name no criterion:', table(['test', 'file', 'result'], others.map(rowOf))]
      : []),
    ...failed.map((test) => `${plain(titleOf(test))} in ${code(test.file)}:\n\n${fenced(messageOf(test))}`),
  ].join('\n\n')
}

/** Without the ids, which stand beside it. */
function titleOf({ name }: TestResult): string {
  return namedCriteria(name).length === 0 ? name : name.replace(/\s*\[AC-\d+\]\s*/g, ' ').trim()
}

function rowOf(test: TestResult): string[] {
  return [plain(test.name), code(test.file), test.status]
}

function messageOf({ message = 'no message' }: TestResult): string {
  return message.length <= MESSAGE_LENGTH ? message : `${message.slice(0, MESSAGE_LENGTH)}…`
}
