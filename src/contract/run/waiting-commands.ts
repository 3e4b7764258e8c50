// PURE. The commands that a reason names, as a shell reads them.
import { BUILT_IN_TEAM } from '../names'

/** What no shell takes for anything else; at the beginning `=` is the path of a program to some, `%` a job. */
const PLAIN = /^[A-Za-z0-9_./:@+,][A-Za-z0-9_./:@%+=,-]*$/
/** Teams of which every worker that attaches has the code. */
const KNOWN_TEAMS = [BUILT_IN_TEAM, 'code']

/** `troupe <name> <arguments> <options>`; an argument that looks like an option is told apart by `--`. */
export function troupeCommand(name: string, positional: readonly string[], options: readonly string[] = []): string {
  const divided = positional.some((argument) => argument.startsWith('-')) ? ['--', ...positional] : positional
  const ordered = divided === positional ? [...positional, ...options] : [...options, ...divided]
  return ['troupe', name, ...ordered].map(quoted).join(' ')
}

/** What serves an agent's queue. */
export function serveCommand(runId: string, taskQueue: string): string {
  const [, team = BUILT_IN_TEAM, , definition] = taskQueue.split('.')
  if (definition !== undefined) return troupeCommand('attach', [runId], ['--allow-commands'])
  return troupeCommand('attach', [runId], KNOWN_TEAMS.includes(team) ? [] : ['--team', 'FILE'])
}

function quoted(text: string): string {
  return PLAIN.test(text) || /^--?[a-z-]*$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
