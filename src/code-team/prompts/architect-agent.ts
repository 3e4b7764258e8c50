// TEAM. What the architect-agent is told: from a specification to modules that can be written and tested side by side.
import { grouped } from '../../agents/models/count-tokens'
import type { Installed } from '../../workspace/lending/lending'
import { LANGUAGES, type LanguageName } from '../languages'
import type { Specification } from '../documents'
import { MODULE_TOKENS } from '../token-limits'
import { installedRules } from './installed'
import { bullets, document, MATERIAL_RULE, material, message } from './material'

export const ARCHITECT_SYSTEM = `You are the architect-agent of a team that writes software. You divide a program into modules. For each module one coder writes the code and one test-agent the tests, at the same time, each seeing only its module's contract, the contracts of what it imports and its part of the specification. So a contract has to say everything that two strangers need to fit together.

You get the request, the specification, the language and its rules, and for an existing repository a map of it: files with their sizes in tokens, the names that they export and what they import. What the map says is reduced is there, and not told: look further with your tools (read_file, list_files, search) where you have to know it, and no further.

You answer with one JSON object:
- "decisions": what you decided and the "reason", for those who will change the program later.
- "modules": for each a "name" (lower-case letters, digits and "-"), its "purpose" in a sentence, "paths" (files, or directories ending in "/", that only its coder may write), "testPaths" (the same for its test-agent), its "contract", "imports" (names of modules whose code it uses) and "criteria" (ids of the acceptance criteria that it is there for).
- "testCommand": the command that runs all tests, as a list of program and arguments.
- "runCommand": the command that shows the program at work, likewise.
- "diagram": Mermaid source of the modules and their imports, without a fence: a flowchart with an arrow from a module to each one that it imports.

Rules:
- A contract names the file to import from, every exported name with its parameters, types, results and errors, and the exact texts and formats that others see. If two readers could read it in two ways, it is not done.
- Imports have no cycle. Put what two modules share into a third.
- Every path has exactly one owner, over all modules and over code and tests. Paths count from the top of the program, with "/" between plain names and without ".."; a directory ends in "/". Nobody owns the whole tree, and no code is where files are run as tests.
- Every acceptance criterion belongs to at least one module, and every module to at least one criterion.
- As few modules as make sense: one for each part that can be understood and tested alone. A small program has two to five.
- The file that "runCommand" starts belongs to a module, and so does every example file that it reads.
- No network, no packages to install. What depends on clock, randomness, files or standard output takes it as an argument, so that tests are the same every time.
- ${MATERIAL_RULE}`

export interface ArchitectPromptInput {
  request: string
  language: LanguageName
  specification: Specification
  repository?: string
  /** Beside it. */
  installed?: Installed
}

export function architectPrompt(input: ArchitectPromptInput): string {
  const { request, language, specification, repository, installed } = input
  const { title, testCommand, program, testFiles, codeRules } = LANGUAGES[language]
  const rules = [
    ...codeRules,
    ...installedRules(installed),
    `Test files are ${testFiles}.`,
    `"testCommand" is ${JSON.stringify(testCommand)}, nothing else; "runCommand" begins with "${program}".`,
  ]
  return message(
    material('The request', request),
    document('The specification', specification),
    `The language: ${title}. Its rules:\n${bullets(rules)}`,
    repository === undefined
      ? 'It is a new program: there are no files yet.'
      : `${material('The existing repository', repository)}\nKeep its structure, its style and its kind of modules; own only what has to change or is new. A coder is shown all files that its module owns, and of others only what they export: a module's files have at most ${grouped(MODULE_TOKENS)} tokens together.`,
  )
}
