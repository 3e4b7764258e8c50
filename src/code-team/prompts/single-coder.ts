// TEAM. What the coder-agent is told in single mode: the whole program and its tests, from the request alone.
import type { TokenCounter } from '../../agents/models/count-tokens'
import type { Installed } from '../../workspace/lending/lending'
import { LANGUAGES, type LanguageName } from '../languages'
import { toldMayChange } from '../existing-tests'
import type { Feedback } from '../rounds/affected'
import { feedbackPrompt } from './feedback'
import { FILES_ANSWER, shownFiles } from './files'
import { installedRules } from './installed'
import { bullets, MATERIAL_RULE, material, message } from './material'

export const SINGLE_SYSTEM = `You are the coder-agent, and you work alone: from a request you write a whole program and its tests. Your tests are run; nothing counts as done before they ran and passed.

You get the request and the language's rules, the files of an existing repository where there is one, and in a later round your own files and what was wrong with them.

${FILES_ANSWER}

Rules:
- Do what was asked for, and no more. Where the request is open, choose the plainest reading and say so in "notes".
- In an existing repository its tests stay as they are, unless you are told that one may change: your tests are files of their own.
- Test what the request asks for, and what goes wrong: empty input, wrong input, borders. A test that cannot fail is worth nothing. Never weaken a test to make it pass, unless it contradicts the request.
- No network, no packages beyond what the language brings; tests are the same every time, whatever the clock says.
- Finished code: no placeholders, no dead code, clear names, errors that say what is wrong. A file begins with a line on its job.
- ${MATERIAL_RULE}`

export interface SinglePromptInput extends Feedback {
  request: string
  /** Tests that were there and may change. */
  mayChange?: readonly string[]
  language: LanguageName
  own: ReadonlyMap<string, string>
  /** Beside an existing repository. */
  installed?: Installed
  /** Path → text of an existing repository's files, but for those that it has changed. */
  repository?: ReadonlyMap<string, string>
}

export function singlePrompt(input: SinglePromptInput, count: TokenCounter): string {
  const { request, mayChange, language, own, repository, installed, ...feedback } = input
  const { title, codeRules, testRules, testCommand, testFiles, entry } = LANGUAGES[language]
  const begin = repository === undefined ? [`The program begins in \`${entry}\`.`] : []
  const rules = [...codeRules, ...testRules, `Test files are ${testFiles}; \`${testCommand.join(' ')}\` runs them.`]
  return message(
    material('The request', request),
    toldMayChange(mayChange),
    repository && shownFiles('The existing repository:', repository),
    shownFiles('Your files as they are:', own),
    `The language: ${title}. Its rules:\n${bullets([...begin, ...rules, ...installedRules(installed)])}`,
    feedbackPrompt(feedback, count),
  )
}
