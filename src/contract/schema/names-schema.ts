// PURE. The shapes of names and ids as zod schemas.
import { z } from 'zod'
import { MAX_ID_LENGTH } from '../limits'
import { INPUTS_ID } from '../names'

/** Names of agents and teams: they become parts of task queue names. */
export const agentNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/,
    'a name has 1 to 64 letters, digits, "-" and "_", and does not begin with "-"',
  )

/** Names of plans: run ids begin with them. */
export const planNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/, 'a plan\'s name has 1 to 64 letters, digits, ".", "-" and "_"')

/** Control characters, and lone surrogates, which have no UTF-8 form. */
const UNPRINTABLE =
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/** An authored subtask id. */
export const subtaskIdSchema = z.string().superRefine((id, context) => {
  const refuse = (message: string) => context.addIssue({ code: 'custom', message })
  if (id === '') refuse('an id must not be empty')
  if (id === INPUTS_ID) refuse(`"${INPUTS_ID}" is reserved: it names the plan's inputs`)
  if (id.length > MAX_ID_LENGTH) refuse(`an id has at most ${MAX_ID_LENGTH} characters, this one has ${id.length}`)
  if (id.includes('/')) refuse('an id must not contain "/": it separates a spawned subtask from its spawner')
  if (UNPRINTABLE.test(id)) refuse('an id must not contain control characters')
})
