// PURE. The shape of a manifest that comes over the wire.
import { z } from 'zod'
import type { TeamManifest } from '../agent'
import type { JsonObject } from '../json'
import type { McpServer, ToolGrant } from '../tools'
import { MAX_CONCURRENCY, MAX_TIMEOUT_MS } from '../limits'
import { budgetSchema } from './budget-schema'
import { agentNameSchema } from './names-schema'

const schemaObject = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
)

const names = z.array(z.string()).optional()
const grant = z.object({
  name: z.string(),
  approve: z.enum(['always', 'once']).optional(),
  approveWhere: z.string().optional(),
  network: names,
  secrets: names,
}) satisfies z.ZodType<ToolGrant>
const server = z.union([
  z.object({ command: z.string(), args: names, cwd: z.string().optional(), env: names }),
  z.object({ url: z.string(), headers: z.record(z.string(), z.string()).optional() }),
]) satisfies z.ZodType<McpServer>

export const agentManifestSchema = z.object({
  name: agentNameSchema,
  version: z.string(),
  capabilities: z.array(z.string()).min(1),
  model: z.string().optional(),
  maxConcurrency: z.int().min(1).max(MAX_CONCURRENCY),
  timeoutMs: z.int().min(1).max(MAX_TIMEOUT_MS),
  taskQueue: z.string().min(1).max(1_000),
  retry: z.object({
    maximumAttempts: z.int().min(1),
    initialIntervalMs: z.int().min(1),
    backoffCoefficient: z.number().min(1),
    maximumIntervalMs: z.int().min(1),
  }),
  heartbeatTimeoutMs: z.int().min(1_000),
  budget: budgetSchema.optional(),
  input: schemaObject.optional(),
  output: schemaObject.optional(),
  on: z
    .array(z.string().min(1))
    .transform((types) => [...new Set(types)])
    .optional(),
  person: z.literal(true).optional(),
  isolation: z.literal('process').optional(),
  inline: z
    .discriminatedUnion('kind', [
      z.object({
        kind: z.literal('command'),
        command: z.object({ command: z.array(z.string()).min(1), cwd: z.string(), env: z.array(z.string()) }),
      }),
      z.object({
        kind: z.literal('model'),
        model: z.object({
          instructions: z.string(),
          baseUrl: z.string().optional(),
          tools: z.array(grant).optional(),
          mcp: z.record(z.string(), server).optional(),
          maxSteps: z.int().min(1).optional(),
          contextWindow: z.int().min(1).optional(),
          answer: schemaObject.optional(),
        }),
      }),
      z.object({ kind: z.literal('use'), team: z.string(), agent: z.string() }),
    ])
    .optional(),
})

export const teamManifestSchema = z.object({
  name: agentNameSchema,
  agents: z.array(agentManifestSchema),
}) satisfies z.ZodType<TeamManifest>
