// TEAM. REPORT.md of a run, pure: what was asked for, what was built, what was tested, what it cost and what is not done.
import type { Cost } from '../../contract/prices'
import { usdText } from '../../contract/run/budget-texts'
import { commandLine } from '../check/scaffold'
import { choiceText } from '../mode/choice'
import { testCounts } from '../gate'
import type { CodeRun } from './code-run'
import { diagramOf } from './diagram'
import { code, fenced, list, plain, table } from './markdown'
import { mutationsSection } from './mutations-section'
import { openWork } from './open-work'
import { ownTestsSection } from './own-tests-section'
import { startCommand } from './start-command'
import { testsSection } from './tests-section'

export function codeReport(run: CodeRun): string {
  const title = run.specification?.title ?? run.request?.split('\n')[0]?.slice(0, 100) ?? run.runId
  const sections = [
    `# ${plain(title)}`,
    statusLine(run),
    facts(run),
    section('Request', run.request === undefined ? undefined : fenced(run.request)),
    section('Specification', specification(run)),
    section('Decisions', decisions(run)),
    section('Modules', modules(run)),
    section('Tests', testsSection(run)),
    section("The repository's own tests", ownTests(run)),
    section('Mutations', mutationsSection(run.rounds.at(-1)?.check.mutations)),
    section('Rounds', rounds(run)),
    section('Findings', findings(run)),
    section('Tokens', tokens(run)),
    section('What is not done', list(openWork(run).map(plain)) || 'Nothing that is known.'),
    section('How to run and test it', commands(run)),
  ]
  return `${sections.filter((text) => text !== undefined).join('\n\n')}\n`
}

function section(title: string, text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : `## ${title}\n\n${text}`
}

function statusLine(run: CodeRun): string {
  if (run.done) {
    const open =
      openWork(run).length > 0
        ? 'what is open all the same is named in "What is not done"'
        : 'nothing stands against it'
    return `**Done:** all tests ran and passed; ${open}.`
  }
  const code = run.code === undefined ? '' : ` (${run.code})`
  const tested = run.checked ? '' : ' These files were never tested together.'
  return `**Incomplete${code}:** see "What is not done".${tested}`
}

function facts(run: CodeRun): string {
  const last = run.rounds.at(-1)
  const counts = last && testCounts(last)
  const earlier = run.checked ? '' : `, before the files that were written last (round ${last?.number})`
  return list([
    `Run: ${code(run.runId)}, ${plain(run.status)}`,
    ...(run.language ? [`Language: ${run.language}; mode: ${run.mode ?? 'team'}`] : []),
    ...(run.choice ? [`Chosen: ${plain(choiceText(run.choice))}`] : []),
    `Rounds: ${run.rounds.length}${run.maxRounds ? ` of at most ${run.maxRounds}` : ''}`,
    counts
      ? `Tests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped, ${
          last.check.sandboxed ? 'in a sandbox' : '**without a sandbox**'
        }${earlier}`
      : 'Tests: none were run',
    `Tokens: ${run.tokensUsed}${unconfirmed(run.unconfirmedCalls)}`,
    ...(run.cost === undefined ? [] : [`Cost: ${costText(run.cost)}`]),
  ])
}

function costText(cost: Cost): string {
  return cost === 'unknown' ? 'unknown' : usdText(cost)
}

function unconfirmed(calls: number): string {
  return calls === 0 ? '' : `, and ${calls} ${calls === 1 ? 'call' : 'calls'} of which nobody knows`
}

function specification({ specification: found, mode }: CodeRun): string | undefined {
  if (!found) return mode === 'single' ? 'None: one coder worked from the request alone.' : undefined
  const requirements = found.requirements.flatMap(({ id, text, criteria }) => [
    `- **${id}** ${plain(text)}`,
    ...criteria.map((criterion) => `  - **${criterion.id}** ${plain(criterion.text)}`),
  ])
  const questions = found.openQuestions.map(
    ({ question, assumption }) => `${plain(question)} – assumed: ${plain(assumption)}`,
  )
  return [
    plain(found.summary),
    requirements.join('\n'),
    ...(questions.length > 0 ? ['Open questions:', list(questions)] : []),
    ...(found.outOfScope.length > 0 ? ['Out of scope:', list(found.outOfScope.map(plain))] : []),
  ].join('\n\n')
}

function decisions({ architecture }: CodeRun): string | undefined {
  return (
    architecture && list(architecture.decisions.map(({ decision, reason }) => `${plain(decision)} – ${plain(reason)}`))
  )
}

function modules({ architecture, mode }: CodeRun): string | undefined {
  if (!architecture || mode === 'single') return undefined
  const rows = architecture.modules.map(({ name, purpose, paths, testPaths, imports, criteria }) => [
    name,
    plain(purpose),
    paths.map(code).join(', '),
    testPaths.map(code).join(', '),
    imports.map(plain).join(', ') || '–',
    criteria.join(', '),
  ])
  const head = ['module', 'purpose', 'code', 'tests', 'imports', 'criteria']
  return `${table(head, rows)}\n\n${fenced(diagramOf(architecture), 'mermaid')}`
}

function ownTests({ baseline, rounds: all }: CodeRun): string | undefined {
  if (baseline === undefined) return undefined
  if (baseline === null) return 'It has none that could be run.'
  return ownTestsSection(baseline, all.at(-1)?.check.ownTests)
}

function rounds({ rounds: all }: CodeRun): string | undefined {
  if (all.length === 0) return undefined
  const rows = all.map((round) => {
    const { passed, failed } = testCounts(round)
    const verdict = round.review ? (round.review.verdict === 'approve' ? 'approved' : 'changes asked for') : '–'
    const worked = round.modules.map(plain).join(', ')
    return [`${round.number}`, worked, `${passed}`, `${failed}`, `${round.check.problems.length}`, verdict]
  })
  return table(['round', 'modules', 'passed', 'failed', 'problems', 'review'], rows)
}

function findings({ rounds: all }: CodeRun): string | undefined {
  const rows = all.flatMap(({ number, review }) =>
    (review?.findings ?? []).map(({ file, line, severity, text }) => [
      `${number}`,
      severity,
      file === '' ? '–' : code(line > 0 ? `${file}:${line}` : file),
      plain(text),
    ]),
  )
  return rows.length === 0 ? undefined : table(['round', 'severity', 'where', 'what'], rows)
}

function tokens({ agents }: CodeRun): string | undefined {
  const asked = agents.filter((one) => one.tokensUsed + one.unconfirmedCalls > 0)
  if (asked.length === 0) return 'No model was called.'
  const rows = asked.map(({ agent, executions, tokensUsed, cost, unconfirmedCalls }) => [
    plain(agent),
    `${executions}`,
    `${tokensUsed}`,
    cost === undefined ? '–' : costText(cost),
    unconfirmedCalls === 0 ? '–' : `${unconfirmedCalls}`,
  ])
  return table(['agent', 'tasks', 'tokens', 'cost', 'unconfirmed calls'], rows)
}

function commands(run: CodeRun): string | undefined {
  const { architecture, contributions } = run
  if (!architecture || contributions.length === 0) return undefined
  const start = startCommand(run)
  const all = [...(start ? [start] : []), architecture.testCommand]
  return fenced(all.map(commandLine).join('\n'), 'sh')
}
