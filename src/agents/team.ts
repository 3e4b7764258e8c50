// HOST. A team: a named set of agents, and its manifest.
import { z } from 'zod'
import type { AgentManifest, TeamManifest } from '../contract/agent'
import { TroupeError } from '../contract/errors'
import { preview, type JsonObject } from '../contract/json'
import { agentTaskQueue } from '../contract/names'
import { agentNameSchema } from '../contract/schema/names-schema'
import { BaseAgentService } from './base-agent-service'

export interface Team {
  name: string
  agents: BaseAgentService[]
  /** Path of the module that exports the team; agents with `isolation: 'process'` are loaded from it. */
  module?: string
}

/**
 * Defines a team.
 *
 * @throws TroupeError `InvalidTeam` for a bad name, two agents of one name, or something that is no agent
 */
export function defineTeam(team: { name: string; agents: readonly unknown[]; module?: string }): Team {
  if (!agentNameSchema.safeParse(team.name).success) {
    throw new TroupeError('InvalidTeam', `${preview(team.name)} is not a name for a team`, {
      hint: 'letters, digits, "-" and "_", at most 64',
    })
  }
  const names = new Set<string>()
  const agents = team.agents.map((agent, place) => {
    if (!isAgent(agent))
      throw new TroupeError('InvalidTeam', `agents[${place}] of the team "${team.name}" is no agent`, {
        hint: 'make it with defineAgent, defineCommand, or a class that extends BaseAgentService',
      })
    if (names.has(agent.name))
      throw new TroupeError('InvalidTeam', `the team "${team.name}" has two agents named "${agent.name}"`)
    names.add(agent.name)
    return agent
  })
  return { name: team.name, agents, ...(team.module === undefined ? {} : { module: team.module }) }
}

/** By shape, since a team file may load another copy of this package. */
export function isAgent(value: unknown): value is BaseAgentService {
  if (value instanceof BaseAgentService) return true
  const shape = value as Partial<BaseAgentService> | null | undefined
  return (
    typeof shape?.handleWithTimeout === 'function' &&
    typeof shape.execute === 'function' &&
    typeof shape.config?.name === 'string'
  )
}

/** What a run has to know of a team, as data. */
export function teamManifest(team: Team): TeamManifest {
  return { name: team.name, agents: team.agents.map((agent) => agentManifest(agent, team.name)) }
}

function agentManifest(agent: BaseAgentService, team: string): AgentManifest {
  const { config, retry, on, heartbeatTimeoutMs, isolation } = agent
  const input = agent.input && jsonSchema(agent.input, 'input', agent.name)
  const output = agent.output && jsonSchema(agent.output, 'output', agent.name)
  return {
    ...config,
    taskQueue: agentTaskQueue(team, config.name),
    retry,
    heartbeatTimeoutMs,
    ...(input ? { input } : {}),
    ...(output ? { output } : {}),
    ...(on ? { on: [...on] } : {}),
    ...(isolation ? { isolation } : {}),
  }
}

/** Payloads are checked as they are handed in, outputs as they come out. What JSON Schema cannot say stays open. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output', agent: string): JsonObject {
  try {
    return z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonObject
  } catch (error) {
    throw new TroupeError(
      'InvalidTeam',
      `the ${io} schema of "${agent}" has no JSON Schema: ${(error as Error).message}`,
    )
  }
}
