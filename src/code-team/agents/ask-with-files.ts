// TEAM. A question to a model that may look at the files of a snapshot before it answers: by the tools that read, and no others.
import type { AgentContext } from '../../agents/context'
import { ModelAgent } from '../../agents/model-agent'
import { zodForm } from '../../agents/models/parse-answer'
import { sortTools } from '../../agents/tools/own-tools'
import { requireQuestion, withFinalRejection, type Question } from './ask'

/** Tools that change nothing: the answer is a document, and files are the coders'. */
const READING = ['read_file', 'list_files', 'search'] as const
/** Model calls: a look at some dozen places, several of them at a time. */
const MAX_STEPS = 30

/**
 * The files are those of the snapshot that the task's own payload names; `agent` is whose question it is.
 *
 * @throws TroupeError as `ask`
 */
export async function askWithFiles<Value>(
  agent: string,
  context: AgentContext,
  question: Question<Value>,
): Promise<Value> {
  await requireQuestion(question)
  const { system, prompt, schema, problems, repairs } = question
  const behaviour = {
    instructions: system,
    ...{ tools: sortTools(agent, READING), maxSteps: MAX_STEPS, repairs },
    form: zodForm(schema, problems),
  }
  const asking = new ModelAgent<unknown, Value>({ name: agent }, behaviour)
  return withFinalRejection(() => asking.execute({ ...context.task, payload: { prompt } }, context))
}
