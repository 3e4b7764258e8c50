// HOST. `troupe worker`: serves teams, and the agents that open runs declare, until Ctrl-C.
import type { Command } from 'commander'
import { builtInTeam } from '../agents/built-in'
import { loadTeam } from '../agents/load-team'
import { teamManifest, type Team } from '../agents/team'
import type { Troupe } from '../connect'
import type { AgentManifest } from '../contract/agent'
import { InlineAgents } from '../hosting/inline-agents'
import type { TroupeWorker } from '../worker'
import { EXIT } from './shared/exit-codes'
import { missingLine, surviveStrayErrors } from './shared/host'
import { aborted, listenForInterrupts } from './shared/interrupts'
import { openTroupe } from './shared/open'
import { plainCommand, unsandboxedOption } from './shared/options'
import { say } from './shared/output'

interface WorkerOptions {
  team?: string[]
  agents?: string[]
  allowCommands?: boolean
  allowUnsandboxed?: boolean
}

export function workerCommand(): Command {
  return plainCommand('worker', 'serve agents to runs until Ctrl-C', 'troupe worker --team team.ts')
    .option('--team <file...>', 'modules that export the teams (.ts, .js, .mjs or .cjs)')
    .option('--agents <names>', 'only these agents, a,b, and no orchestrator', (text: string) => text.split(','))
    .option(
      '--allow-commands',
      'let commands and MCP servers that plans declare run here: they are whatever a plan names',
    )
    .addOption(unsandboxedOption())
    .action(work)
}

async function work(options: WorkerOptions): Promise<void> {
  const { team: files = [], agents, allowCommands = false, allowUnsandboxed = false } = options
  const interrupts = listenForInterrupts()
  const teams = await Promise.all(files.map(loadTeam))
  const troupe = await openTroupe()
  try {
    surviveStrayErrors()
    const { codeTeamHere } = await import('./code/team.js')
    const onDemand = [codeTeamHere(allowUnsandboxed)]
    const worker = await troupe.serve(teams, { allowCommands, onDemand, ...(agents ? { agents } : {}) })
    interrupts.hold()
    const { address, namespace } = troupe.server
    say(`serving ${servedNames(teams, agents)} at ${address}, namespace ${namespace}`)
    const inline = agents ? undefined : inlineAgents(troupe, worker)
    await inline?.start()
    say('Ctrl-C ends it when what runs has ended, or was handed back')
    await Promise.race([worker.failed, aborted(interrupts.signal)])
    say('ending')
    await inline?.stop()
    process.exitCode = EXIT.done
  } finally {
    await troupe.close()
  }
}

/** `the orchestrator; docs: outline ×4, draft ×2; …` with the slots of each. */
function servedNames(teams: readonly Team[], wanted: readonly string[] | undefined): string {
  const lists = [...teams, builtInTeam].map(teamManifest).map(({ name, agents }) => {
    const served = agents.filter((agent) => !wanted || wanted.includes(agent.name))
    return served.length === 0 ? '' : `${name}: ${served.map(slots).join(', ')}`
  })
  return [wanted ? '' : 'the orchestrator', ...lists].filter(Boolean).join('; ')
}

function slots({ name, maxConcurrency }: AgentManifest): string {
  return `${name} ×${maxConcurrency}`
}

function inlineAgents({ client, store }: Troupe, worker: TroupeWorker): InlineAgents {
  return new InlineAgents({
    openRuns: (limit) => client.openRuns(limit),
    store,
    worker,
    onChange: (change, agent) => {
      if (change === 'missing') say(`not served here: ${missingLine(agent)}`)
      else say(`${change === 'served' ? 'serving' : 'no run needs'} ${agent.taskQueue}`)
    },
    onError: (message) => say(`warning: agents of open runs are not all known: ${message}`),
  })
}
