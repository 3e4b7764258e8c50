// HOST. `troupe code`: a request becomes a program whose tests really ran.
import { Option, type Command } from 'commander'
import { TroupeError } from '../contract/errors'
import type { ExitCode } from './shared/exit-codes'
import { withModelOptions, type ModelOptions } from './shared/model-options'
import { dataCommand, notEmpty, unsandboxedOption, wholeNumber, type OutputOption } from './shared/options'
import { textArgument } from './shared/text-argument'

interface CodeOptions extends OutputOption, ModelOptions {
  dir?: string
  language?: string
  maxRounds?: number
  mode: string
  test?: string
  mayChange?: string[]
  mutate?: boolean
  team?: string
  id?: string
  detach?: boolean
  diff?: boolean
  apply?: boolean
  allowUnsandboxed?: boolean
}

export function codeCommand(): Command {
  const example = 'troupe code "a program that converts Markdown to HTML" --dir converter'
  return withModelOptions(dataCommand('code', 'turn a request into a tested program', example))
    .argument('<request>', 'what is to be built: a text, @FILE, or - for standard input')
    .option(
      '--dir <directory>',
      'new or empty, or the top of a git repository: then a branch; troupe-out/RUN unless given',
      notEmpty,
    )
    .option('--language <name>', 'javascript, or python; javascript unless given')
    .option('--max-rounds <count>', 'rounds of building and testing, 1 to 5; 3 unless given', wholeNumber(1))
    .addOption(
      new Option(
        '--mode <mode>',
        'the five agents; one coder with the same checks; or what the architecture speaks for',
      ) //
        .choices(['team', 'single', 'auto'])
        .default('team'),
    )
    .option(
      '--test <command>',
      "what runs a repository's own tests, for a shell; found in its manifests unless given",
      notEmpty,
    )
    .option(
      '--may-change <path>',
      'a test that is there and may be changed, with --mode single; may be given more than once',
      (path: string, before: string[] = []) => [...before, notEmpty(path)],
    )
    .option('--mutate', 'try the tests on small changes of the new code: what none notices is told to the reviewer')
    .option(
      '--team <file>',
      'module that exports a team whose only agent, a program, takes the place of the coder',
      notEmpty,
    )
    .addOption(unsandboxedOption())
    .option('--id <id>', "the run's id; code-xxxx unless given")
    .option('--diff', 'print what was changed, as a unified diff')
    .option('--apply', "change the repository's working tree too, where nothing of yours is in the way")
    .option('--detach', 'start it and return; workers elsewhere carry it out')
    .action(async (request: string, options: CodeOptions) => {
      process.exitCode = await code(request, options)
    })
}

async function code(argument: string, options: CodeOptions): Promise<ExitCode> {
  const {
    dir,
    language,
    maxRounds,
    mode,
    mutate,
    mayChange,
    test: testCommand,
    id,
    apply = false,
    diff = false,
  } = options
  const { detach = false, allowUnsandboxed = false, team: teamFile, output } = options
  if (detach && (diff || apply)) {
    throw new TroupeError('InvalidUsage', `${apply ? '--apply' : '--diff'}: with --detach nobody waits for the end`, {
      hint: 'troupe attach RUN --diff or --apply does it afterwards',
    })
  }
  const request = await textArgument('the request', argument)
  const { model, maxTokens, maxCost, onBudget, record } = options
  const { carryOut } = await import('./code/carry-out.js')
  const order = { request, dir, language, maxRounds, mode, mutate, mayChange, testCommand, id, apply }
  const models = { model, maxTokens, maxCost, onBudget, record }
  return carryOut(order, { models, output, detach, allowUnsandboxed, teamFile, wanted: { diff, apply }, isDemo: false })
}
