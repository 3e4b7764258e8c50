// HOST. Options that commands share, so that they are called and explained the same everywhere.
import { Command, InvalidArgumentError, Option } from 'commander'
import { OUTPUT_FORMATS, type OutputFormat } from './output'

export interface OutputOption {
  output: OutputFormat
}

export interface ByOption {
  by?: string
}

export interface ChangeOptions extends OutputOption, ByOption {
  planVersion?: number
}

/** A command that prints data; its help ends with an example. */
export function dataCommand(name: string, description: string, example: string): Command {
  return plainCommand(name, description, example).addOption(
    new Option('-o, --output <format>', 'how to print').choices(OUTPUT_FORMATS).default('text'),
  )
}

export function plainCommand(name: string, description: string, example: string): Command {
  return new Command(name).description(description).addHelpText('after', `\nExample:\n  $ ${example}`)
}

export function teamOption(): Option {
  return new Option('--team <file>', 'module that exports the team (.ts, .js, .mjs or .cjs)')
}

export function inputOption(): Option {
  return new Option('--input <json>', "the plan's inputs, as JSON or @FILE")
}

export function unsandboxedOption(): Option {
  return new Option(
    '--allow-unsandboxed',
    'where no sandbox works: let what the agents write run with all that you may do',
  )
}

/** Who says it. */
export function byOption(): Option {
  return new Option('--by <name>', 'who you are; the name that you are logged in by unless given').argParser(notEmpty)
}

/** What a change was made against. */
export function planVersionOption(): Option {
  return new Option(
    '--plan-version <version>',
    "refuse it unless this is the plan's version, as troupe status tells it",
  ).argParser(wholeNumber(0))
}

/** For an option's argument: an empty one is a variable that was not set. */
export function notEmpty(text: string): string {
  if (text.trim() !== '') return text
  throw new InvalidArgumentError('it is empty.')
}

/** For an option's argument: a whole number from `minimum` on. */
export function wholeNumber(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= minimum) return value
    throw new InvalidArgumentError(`a whole number from ${minimum} on is wanted.`)
  }
}
