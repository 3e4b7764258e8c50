// HOST. JSON from the command line: written there, or in a file that it names.
import { readFile } from 'node:fs/promises'
import { messageOf, TroupeError } from '../../contract/errors'
import { preview } from '../../contract/json'

/**
 * The value of `--input` or `--payload`; undefined if it was not given.
 *
 * @throws TroupeError `InvalidUsage` if the file cannot be read or it is no JSON
 */
export async function jsonArgument(option: string, argument: string | undefined): Promise<unknown> {
  if (argument === undefined) return undefined
  const file = argument.startsWith('@') ? argument.slice(1) : undefined
  const text = file === undefined ? argument : await readText(option, file)
  try {
    return JSON.parse(text)
  } catch (error) {
    const where = file === undefined ? preview(text) : file
    throw new TroupeError('InvalidUsage', `${option} is no JSON: ${where}: ${messageOf(error)}`, {
      hint: `${option} '{"key": "value"}', or ${option} @FILE`,
      cause: error,
    })
  }
}

async function readText(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new TroupeError('InvalidUsage', `${option} names a file that cannot be read: ${messageOf(error)}`, {
      hint: `${option} @FILE takes the path of a JSON file, ${option} '…' the JSON itself`,
      cause: error,
    })
  }
}
