// HOST. A question at the terminal before something is done.
import { createInterface } from 'node:readline/promises'
import { TroupeError } from '../../contract/errors'
import { EXIT } from './exit-codes'

/**
 * Asks y/N; everything but a yes is a no.
 *
 * @throws TroupeError `InvalidUsage` where there is no terminal to ask at
 */
export async function confirm(question: string): Promise<boolean> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true)
    throw new TroupeError('InvalidUsage', `nobody can be asked here: ${question}`, { hint: '--yes says so beforehand' })
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  terminal.once('SIGINT', () => process.exit(EXIT.detached))
  // Ctrl-D
  const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  const said = await Promise.race([terminal.question(`${question} [y/N] `), ended])
  terminal.close()
  return /^y(es)?$/i.test(said.trim())
}
