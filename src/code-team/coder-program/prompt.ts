// TEAM. What a program is told that edits files in its working directory, in the place of a model that answers with them.
import type { TokenCounter } from '../../agents/models/count-tokens'
import type { Installed } from '../../workspace/lending/lending'
import type { Module, Specification } from '../documents'
import { LANGUAGES, type LanguageName } from '../languages'
import { feedbackPrompt } from '../prompts/feedback'
import { installedRules } from '../prompts/installed'
import { bullets, document, MATERIAL_RULE, material, message } from '../prompts/material'
import { toldMayChange } from '../existing-tests'
import type { Feedback } from '../rounds/affected'

const COMMON = [
  'Edit, create or remove files in the working directory: what you leave there is taken as your work. Do not commit.',
  'Tests that are there already stay as they are, unless you are told that one may change.',
  'No network, no packages beyond what the language brings. The same input gives the same result.',
  'Finished code: no placeholders, no dead code, clear names, errors that say what is wrong. A file begins with a line on its job.',
  MATERIAL_RULE,
]

const MODULE = [
  'Change only the paths that the module owns: if anything else is different afterwards, all of your work is refused.',
  'Write no tests: somebody else does, from the same contract, at this moment.',
  "The contract holds to the letter: names, parameters, results, errors, texts. Use what imported modules' contracts promise.",
]

export interface ProgramPromptInput extends Feedback {
  language: LanguageName
  mode: 'team' | 'single'
  /** In single mode. */
  request?: string
  /** In single mode: tests that were there and may change. */
  mayChange?: readonly string[]
  module: Module
  specification?: Specification
  imports: readonly { module: Module }[]
  /** Beside an existing repository. */
  installed?: Installed
}

export function programPrompt(input: ProgramPromptInput, count: TokenCounter): string {
  const { language, mode, request = '', mayChange, module, specification, imports, installed, ...feedback } = input
  const { title, codeRules, testRules, testFiles, testCommand } = LANGUAGES[language]
  if (mode === 'single') {
    const tests = [...testRules, `Test files are ${testFiles}; \`${testCommand.join(' ')}\` runs them.`]
    return message(
      'Do what is asked for, in the working directory, with tests of it in files of their own: nothing counts as done before they ran and passed.',
      material('The request', request),
      toldMayChange(mayChange),
      `Rules:\n${bullets(COMMON)}`,
      `The language: ${title}. Its rules:\n${bullets([...codeRules, ...tests, ...installedRules(installed)])}`,
      feedbackPrompt(feedback, count),
    )
  }
  const { name, purpose, paths, contract, criteria } = module
  return message(
    `Write the module "${name}" of the program in the working directory.`,
    document('Your module', { name, purpose, paths, contract, criteria }),
    specification && document('The part of the specification that concerns it', specification),
    ...imports.map((one) => document(`It imports "${one.module.name}"`, { ...one.module, criteria: undefined })),
    `Rules:\n${bullets([...MODULE, ...COMMON])}`,
    `The language: ${title}. Its rules:\n${bullets([...codeRules, ...installedRules(installed)])}`,
    feedbackPrompt(feedback, count),
  )
}
