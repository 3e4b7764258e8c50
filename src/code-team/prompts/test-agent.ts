// TEAM. What the test-agent is told: a module's contract and criteria, and never its code.
import type { TokenCounter } from '../../agents/models/count-tokens'
import type { Installed } from '../../workspace/lending/lending'
import type { Module, Specification } from '../documents'
import { LANGUAGES, type LanguageName } from '../languages'
import type { Feedback } from '../rounds/affected'
import { feedbackPrompt } from './feedback'
import { FILES_ANSWER, shownFiles } from './files'
import { installedRules } from './installed'
import { bullets, document, MATERIAL_RULE, message } from './material'

export const TEST_SYSTEM = `You are the test-agent of a team that writes software. You write the tests of one module from its contract and from the specification. You never see its code, which is written at this moment by somebody who sees the same contract: so your tests say what the module should do, not what it happens to do.

You get the module with its contract and the paths that you own, the part of the specification that concerns it and the contracts of the modules that it imports. In a later round you get your own files and what was wrong.

${FILES_ANSWER}

Rules:
- Write only paths that you own. An answer with any other path is refused as a whole. Never write the module itself, or a copy or stand-in of it.
- Tests that were there before stay as they are, unless the specification names them in "changedTests": add files of your own beside them.
- The title of every test begins with the ids of the criteria that it covers, in brackets, as [AC-1] or [AC-1] [AC-4]. Every criterion of the module is covered by at least one test.
- Import exactly what the contract exports, from the file that it names. Check results and errors as the contract words them; do not demand what it leaves open.
- Each test can fail: it checks something. Test the usual case, the borders and what goes wrong.
- Deterministic and fast: no network, no clock, no randomness, no waiting, no order among tests, no files outside a directory for temporary ones.
- When a test of yours failed, compare it with contract and specification. If the test is right, leave it as it is: never make it weaker so that it passes. Mend it only where it demands something else than they say.
- ${MATERIAL_RULE}`

export interface TestPromptInput extends Feedback {
  language: LanguageName
  module: Module
  specification?: Specification
  imports: { name: string; contract: string }[]
  own: ReadonlyMap<string, string>
  /** Beside an existing repository. */
  installed?: Installed
}

export function testPrompt(input: TestPromptInput, count: TokenCounter): string {
  const { language, module, specification, imports, own, installed, ...feedback } = input
  const { title, testRules, testFiles } = LANGUAGES[language]
  const { name, purpose, paths, testPaths, contract, criteria } = module
  return message(
    document('The module', { name, purpose, contract, criteria, paths }),
    `You own: ${testPaths.map((path) => JSON.stringify(path)).join(', ')}`,
    specification && document('The part of the specification that concerns it', specification),
    imports.length === 0 ? undefined : document('The contracts of the modules that it imports', imports),
    shownFiles('Your files as they are:', own),
    `The language: ${title}. Test files are ${testFiles}. Rules for tests:\n${bullets([...testRules, ...installedRules(installed)])}`,
    feedbackPrompt(feedback, count),
  )
}
