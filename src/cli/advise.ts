// HOST. `troupe advise`: one agent or a team? Measures a plan and a directory; without them it asks on a terminal for what the
// options leave out.
import { createInterface } from 'node:readline/promises'
import { Option, type Command } from 'commander'
import { advise, CRITERIA, CRITERION_IDS, type Answers, type Criterion } from '../advise/advise'
import { TroupeError } from '../contract/errors'
import { measure } from './advise/measure'
import { renderAdvice } from './render/advice'
import { renderMeasuredAdvice } from './render/measured-advice'
import { EXIT } from './shared/exit-codes'
import { dataCommand, notEmpty, teamOption, type OutputOption } from './shared/options'
import { printValue } from './shared/output'
import { dataColor } from './shared/terminal'

interface AdviseOptions extends OutputOption, Answers {
  plan?: string
  dir?: string
  team?: string
}

export function adviseCommand(): Command {
  const command = dataCommand('advise', 'one agent or a team?', 'troupe advise --plan plan.yaml --dir .')
    .option('--plan <file>', 'measures this plan: width, longest path, tokens of its payloads', notEmpty)
    .option('--dir <directory>', 'measures what has to be known: tokens of the files that people write', notEmpty)
    .addOption(teamOption())
  for (const { id, question, choices } of CRITERIA)
    command.addOption(new Option(`--${id} <answer>`, question).choices(choices.map(({ value }) => value)))
  return command.action(async ({ output, plan, dir, team, ...answers }: AdviseOptions) => {
    const said = CRITERION_IDS.find((id) => answers[id] !== undefined)
    if (plan !== undefined || dir !== undefined) {
      if (said !== undefined) throw notBoth(`--${said}`, 'it is measured')
      const measured = await measure({ plan, dir, team })
      return printValue(output, measured, () => renderMeasuredAdvice(measured, { color: dataColor() }))
    }
    if (team !== undefined) throw notBoth('--team', 'it belongs to a plan')
    const advice = advise({ ...(await askForMissing(answers)), ...answers })
    printValue(output, advice, () => renderAdvice(advice, { color: dataColor() }))
  })
}

function notBoth(option: string, why: string): TroupeError {
  return new TroupeError('InvalidUsage', `${option}: ${why}`, {
    hint: 'either --plan, --dir or both with what belongs to them, or the answers to the questions',
  })
}

/** An empty answer leaves the criterion open; without a terminal nothing is asked. */
async function askForMissing(answers: Answers): Promise<Answers> {
  const missing = CRITERIA.filter(({ id }) => answers[id] === undefined)
  if (missing.length === 0 || process.stdin.isTTY !== true || process.stderr.isTTY !== true) return {}
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  terminal.once('SIGINT', () => process.exit(EXIT.detached))
  // Ctrl-D: what was not asked yet stays open
  const ended = new Promise<undefined>((resolve) => terminal.once('close', () => resolve(undefined)))
  const asked: Answers = {}
  for (const criterion of missing) {
    const said = await Promise.race([ask(terminal, criterion), ended])
    if (said === undefined) break
    if (said !== '') asked[criterion.id] = said
  }
  terminal.close()
  return asked
}

/** Asks until it is one of the choices, its number, or nothing. */
async function ask(
  terminal: { question(query: string): Promise<string> },
  { question, choices }: Criterion,
): Promise<string> {
  const offered = choices.map(({ value, meaning }, place) => `  ${place + 1}  ${value}: ${meaning}\n`).join('')
  for (;;) {
    const said = (await terminal.question(`${question}\n${offered}  Enter: not known\n> `)).trim()
    const choice = choices.find(({ value }, place) => said === value || said === String(place + 1))
    if (choice || said === '') return choice?.value ?? ''
  }
}
