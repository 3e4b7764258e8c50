// HOST. `troupe init`: a team and a plan to begin with. Nothing that exists is overwritten.
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { troupeCommand } from '../contract/run/waiting-commands'
import { messageOf, TroupeError } from '../contract/errors'
import { makeDirectory } from '../storage/make-directory'
import { dataCommand, type OutputOption } from './shared/options'
import { printValue } from './shared/output'
import { PLAN_TEMPLATE } from './templates/plan'
import { TEAM_TEMPLATE } from './templates/team'

export function initCommand(): Command {
  return dataCommand('init', 'write a team and a plan to begin with', 'troupe init my-team')
    .argument('[dir]', 'where to; made if it does not exist', '.')
    .action(init)
}

async function init(directory: string, { output }: OutputOption): Promise<void> {
  const files = { 'team.ts': TEAM_TEMPLATE, 'plan.yaml': PLAN_TEMPLATE }
  const there = Object.keys(files).filter((name) => existsSync(join(directory, name)))
  if (there.length > 0)
    throw new TroupeError(
      'InvalidUsage',
      `${there.join(' and ')} exist${there.length > 1 ? '' : 's'} in "${directory}"`,
      {
        hint: 'name another directory: troupe init DIR',
      },
    )
  try {
    makeDirectory(resolve(directory))
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text, { flag: 'wx' })
  } catch (error) {
    throw new TroupeError('InvalidUsage', `"${directory}" cannot be written to: ${messageOf(error)}`, { cause: error })
  }
  const written = Object.keys(files).map((name) => join(directory, name))
  const plan = relative('.', join(directory, 'plan.yaml'))
  printValue(output, { written }, () => [
    ...written.map((path) => `wrote ${path}`),
    `next: ${troupeCommand('run', [plan])}`,
  ])
}
