// TEAM. What the coder-agent is told: one module, from its contract and what it imports.
import type { TokenCounter } from '../../agents/models/count-tokens'
import type { Installed } from '../../workspace/lending/lending'
import type { Module, Specification } from '../documents'
import { LANGUAGES, type LanguageName } from '../languages'
import type { Feedback } from '../rounds/affected'
import { feedbackPrompt } from './feedback'
import { FILES_ANSWER, shownFiles } from './files'
import { installedRules } from './installed'
import { bullets, document, MATERIAL_RULE, material, message } from './material'

export const CODER_SYSTEM = `You are the coder-agent of a team that writes software. You write one module of a program. Somebody else writes its tests from the same contract at this moment; others write the modules that import yours.

You get the module with its contract and the paths that you own, the part of the specification that concerns it, the contracts of the modules that it imports with the signatures of what they export, and, where the module has files already, these, whole, with the signatures of what they use of the repository. If the module was tested before and something was wrong, you get what it was.

${FILES_ANSWER}

Rules:
- Write only paths that you own. An answer with any other path is refused as a whole. Tests are not yours: never write, change or remove them (a file that is named as tests is refused as well, and so is one that was there before), and never write code that finds out whether it is being tested.
- The contract holds to the letter: names, parameters, results, errors, texts. Export what it names.
- Use what the imported modules' contracts promise, by the names and signatures that they export. Do not write it again.
- No network, no packages beyond what the language brings. The same input gives the same result.
- Finished code: no placeholders, no dead code, clear names, errors that say what is wrong. A comment says why, not what. A file begins with a line on its job.
- A test that fails shows what the contract means. If you are sure that a test contradicts the contract, keep to the contract and say so in "notes".
- ${MATERIAL_RULE}`

export interface CoderPromptInput extends Feedback {
  language: LanguageName
  module: Module
  specification?: Specification
  /** With the signatures of what each exports. */
  imports: { module: Module; exports: string }[]
  /** Signatures of what its files import of an existing repository besides. */
  uses?: string
  own: ReadonlyMap<string, string>
  /** Beside an existing repository. */
  installed?: Installed
}

export function coderPrompt(input: CoderPromptInput, count: TokenCounter): string {
  const { language, module, specification, imports, uses = '', own, installed, ...feedback } = input
  const { title, codeRules } = LANGUAGES[language]
  const { name, purpose, paths, contract, criteria, imports: imported } = module
  return message(
    document('Your module', { name, purpose, paths, contract, imports: imported, criteria }),
    specification && document('The part of the specification that concerns it', specification),
    ...imports.flatMap((one) => [
      document(`It imports "${one.module.name}"`, { purpose: one.module.purpose, contract: one.module.contract }),
      one.exports === '' ? undefined : material(`What "${one.module.name}" exports`, one.exports),
    ]),
    uses === '' ? undefined : material('What your files use of the repository besides', uses),
    shownFiles('Your files as they are:', own),
    `The language: ${title}. Its rules:\n${bullets([...codeRules, ...installedRules(installed)])}`,
    feedbackPrompt(feedback, count),
  )
}
