// TEAM. How long the team's agents may take, how often they are tried and how many run at a time; each number with its reason.
import type { AgentOptions } from '../../agents/base-agent-service'

const MINUTE = 60_000

/** Of agents that ask a model. */
export const MODEL_AGENT = {
  model: 'default',
  /** One answer of 8,000 tokens from a model on this machine, at 15 a second; what had arrived is not asked for again. */
  timeoutMs: 10 * MINUTE,
  /** Four modules side by side: providers of hosted models allow that, and one on this machine queues them itself. */
  maxConcurrency: 4,
  /** For calls that fail: 1 + 2 + 4 + 8 s outlast a short outage, and a provider that names a time is waited for. */
  retry: { maximumAttempts: 5, initialIntervalMs: 1_000, backoffCoefficient: 2, maximumIntervalMs: MINUTE },
} satisfies Partial<AgentOptions>

/** Mendings of a document that everything else is built on. */
export const DOCUMENT_REPAIRS = 2
/** Mendings of files: what is still wrong after one goes into the next round, with what the tests say. */
export const FILES_REPAIRS = 1

/** Milliseconds for all tests of a program: generated suites take seconds. */
export const TESTS_TIMEOUT_MS = 2 * MINUTE
/** Milliseconds for the tests that an existing repository had before. */
export const OWN_TESTS_TIMEOUT_MS = 5 * MINUTE

/** Milliseconds for all trials of mutations: each is a run of all tests, at least one is made. */
export const MUTATIONS_TIMEOUT_MS = 4 * MINUTE

export const CHECK_AGENT = {
  /** Both suites to their limits, the trials of mutations, and the copies that they run on. */
  timeoutMs: TESTS_TIMEOUT_MS + OWN_TESTS_TIMEOUT_MS + MUTATIONS_TIMEOUT_MS + 5 * MINUTE,
  /** Tests share the machine with the worker: more at a time would only make each one late. */
  maxConcurrency: 2,
} satisfies Partial<AgentOptions>
