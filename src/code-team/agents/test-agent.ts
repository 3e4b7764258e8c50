// TEAM. The test-agent: a module's contract and criteria in, its tests out. It is never handed any code.
import { z } from 'zod'
import { tokenCounter } from '../../agents/models/count-tokens'
import { defineAgent } from '../../agents/define-agent'
import { filesAt } from '../contributions'
import { contributionSchema, type FilesAnswer } from '../documents'
import { LANGUAGES } from '../languages'
import { TEST_SYSTEM, testPrompt } from '../prompts/test-agent'
import { namedCriteria } from '../specification'
import { baseSnapshot, moduleTexts } from '../texts'
import { MODEL_AGENT } from './settings'
import { progressOf, workInputShape, workOn } from './work'

export const testAgent = defineAgent({
  ...MODEL_AGENT,
  name: 'test-agent',
  capabilities: ['test-agent', 'test'],
  input: z.object({
    ...workInputShape,
    /** Contracts of the modules that it imports. */
    imports: z.array(z.object({ name: z.string(), contract: z.string() })),
  }),
  output: contributionSchema,
  async run(input, context) {
    const { module, round, failures, language, base, previous } = input
    context.progress(progressOf(round, `tests of ${module.name}`, failures.length))
    const files = filesAt(await baseSnapshot(context.artifacts, base), module.testPaths, previous)
    const own = await moduleTexts(context.artifacts, files, `the tests of module "${module.name}"`)
    const { isNamedAsTests, testFiles } = LANGUAGES[language]
    const wishes = (answer: FilesAnswer): string[] => {
      const now = new Map([...own, ...answer.files.map(({ path, content }) => [path, content] as const)])
      const named = namedCriteria([...now.values()].join('\n'))
      const missing = module.criteria.filter((id) => !named.includes(id))
      return [
        ...([...now.keys()].some(isNamedAsTests) ? [] : [`no test would be found: test files are ${testFiles}`]),
        ...missing.map(
          (id) => `no test names the criterion ${id}: begin the title of each that covers it with [${id}]`,
        ),
      ]
    }
    return workOn(context, {
      ...{
        module,
        role: 'tests',
        change: input,
        system: TEST_SYSTEM,
        prompt: testPrompt({ ...input, own }, await tokenCounter()),
        wishes,
      },
      ...(base === undefined ? {} : { base }),
      ...(previous ? { previous } : {}),
    })
  },
})
