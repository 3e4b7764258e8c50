// HOST. `troupe validate`: everything that can be known to be wrong with a plan, without a server.
import type { Command } from 'commander'
import { dependencyCount } from '../contract/schema/check-graph'
import { dataCommand, inputOption, teamOption, type OutputOption } from './shared/options'
import { printValue } from './shared/output'
import { openPlan } from './shared/plan-source'

interface ValidateOptions extends OutputOption {
  team?: string
  input?: string
}

export function validateCommand(): Command {
  return dataCommand('validate', 'check a plan; needs no server', 'troupe validate plan.yaml')
    .argument('<plan>', 'plan file, YAML or JSON; - for standard input')
    .addOption(teamOption())
    .addOption(inputOption())
    .action(validate)
}

async function validate(path: string, { team, input, output }: ValidateOptions): Promise<void> {
  const source = await openPlan(path, { team, input, inputsMayBeMissing: true })
  const { plan, spec, nodes, reactions } = source.check()
  const used = new Set([...nodes, ...reactions.map(({ node }) => node)].flatMap(({ agents }) => agents))
  const facts = {
    plan: plan.name,
    team: spec.team.name,
    subtasks: nodes.length,
    dependencies: dependencyCount(nodes),
    agents: used.size,
    ...(reactions.length > 0 ? { reactions: reactions.length } : {}),
  }
  printValue(output, { valid: true, ...facts }, () => {
    const counts = [
      counted(facts.subtasks, 'subtask', 'subtasks'),
      counted(facts.dependencies, 'dependency', 'dependencies'),
      counted(facts.agents, 'agent', 'agents'),
      ...(reactions.length > 0 ? [counted(reactions.length, 'reaction', 'reactions')] : []),
    ]
    return `${path === '-' ? '<stdin>' : path}: the plan "${plan.name}" is valid: ${counts.join(', ')}`
  })
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}
