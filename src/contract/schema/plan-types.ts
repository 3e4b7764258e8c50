// PURE. The types of the plan builder: references that know what they stand for, payloads that may hold them.
import type { z } from 'zod'
import type { AgentEvent } from '../event'
import type { JsonObject, JsonValue } from '../json'
import type { FailurePolicy, ForEach, Plan, SubTask } from '../plan'

declare const stands: unique symbol
declare const anything: unique symbol
declare const taken: unique symbol

/** A value that another subtask or the inputs will provide. Its parts are references too: `o.output.points[0]`. */
export type TypedReference<Value> = IsAnything<Value> extends true ? UntypedReference : Marked<Value> & Parts<Value>

/** A reference into something of no known type: every part may be asked for, and it may stand anywhere. */
export interface UntypedReference {
  readonly [anything]: true
  readonly [part: string]: UntypedReference
}

interface Marked<Value> {
  readonly [stands]: Value
}

/** Of a list its places, of an object its keys; what is part of something that may be missing may be missing too. */
type Parts<Value> = PartsOf<NonNullable<Value>, [Extract<Value, null | undefined>] extends [never] ? never : undefined>

type PartsOf<Whole, Missing> = Whole extends readonly (infer Element)[]
  ? Places<TypedReference<Element | Missing>> & {
      readonly [Place in keyof Whole & `${number}`]: TypedReference<Whole[Place] | Missing>
    }
  : Whole extends object
    ? { readonly [Key in keyof Whole]-?: TypedReference<Whole[Key] | Missing> }
    : unknown

/** The first places by name: under `noUncheckedIndexedAccess` the others may be undefined, which no reference is. */
type Places<Part> = { readonly [place: number]: Part } & { readonly [Place in 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7]: Part }

/** `unknown`, or every JSON value: its type contains itself, and following it would never end. */
type IsAnything<Value> = [JsonValue] extends [Value] ? true : false

/** What an agent takes, where every value, at any depth, may be a reference to one of its type. */
export type PayloadOf<Value> =
  IsAnything<Value> extends true ? unknown : TypedReference<Value> | UntypedReference | Written<Value>

/** Never a reference: one of another type would pass for a mapping. */
type Written<Value> = Value extends object
  ? { [Key in keyof Value]: PayloadOf<Value[Key]> } & { readonly [stands]?: never }
  : Value

/** Made by `defineAgent`, or an object of a class that extends `BaseAgentService`; a class itself has a name too. */
export interface NamedAgent {
  readonly name: string
  execute(task: never, context: never): unknown
}

/** What an agent wants to be handed. */
export type AgentPayload<Agent> = Agent extends { readonly payloadType: infer Payload }
  ? Payload
  : Agent extends { readonly input: infer Schema extends z.ZodType }
    ? z.input<Schema>
    : Agent extends { parseInput(payload: unknown): infer Input }
      ? Input
      : unknown

/** What an agent returns. */
export type AgentOutput<Agent> = Agent extends { execute(task: never, context: never): infer Output }
  ? Awaited<Output>
  : unknown

/** A subtask of a plan that is being built. */
export interface PlanNode<Output = unknown> {
  readonly id: string
  /** A reference to its output, or by its properties to parts of it. */
  readonly output: TypedReference<Output>
}

/** A reference to anything, and to a list; or an id, with a `path` beside it. */
type Value = Marked<unknown> | UntypedReference | string
type List = Marked<readonly unknown[]> | UntypedReference | string

/** What follows when a subtask has failed; an agent may be named or handed over. */
export type PolicyOption = Extract<FailurePolicy, string> | { fallback: NamedAgent | string }

/** A condition on an output, or on the inputs: `{ from: o.output.kind, equals: 'short' }`. */
export type ConditionOption = { from: Value; path?: string } & (
  { equals: JsonValue } | { notEquals: JsonValue } | { in: readonly JsonValue[] } | { exists: boolean }
)

interface TaskOptions extends Pick<SubTask, 'type' | 'priority' | 'estimateMs' | 'budget'> {
  onFailure?: PolicyOption
}

export interface AddOptions extends TaskOptions, Pick<SubTask, 'deadline' | 'runIf'> {
  /** Subtasks that must end first, as `runIf` says, besides those that the payload refers to. */
  dependsOn?: readonly (string | Pick<PlanNode, 'id'>)[]
  /** All must hold, or the subtask is skipped. */
  when?: readonly ConditionOption[]
}

/** One subtask for each element of a list: in the payload `p.element` stands for it. */
export interface MapOptions extends AddOptions {
  forEach: Pick<ForEach, 'path' | 'maxInFlight'> & { from: List }
}

export interface ReactionOptions extends TaskOptions {
  /** Names what the reaction starts: `<id>-1`, `<id>-2` … */
  id?: string
  /** Fields of the event's payload that must be equal. */
  where?: JsonObject
}

/** An agent that takes an empty payload may be added without one. */
export type AddArguments<Payload> =
  Record<never, never> extends Payload
    ? [payload?: PayloadOf<Payload>, options?: AddOptions]
    : [payload: PayloadOf<Payload>, options?: AddOptions]

export interface PlanBuilder<Inputs = unknown> {
  /** References to the run's inputs. */
  readonly inputs: TypedReference<Inputs>
  /** In the payload of a subtask with `forEach`: the element, or by its properties parts of it. */
  readonly element: UntypedReference
  /** In the payload of a reaction: the event. */
  readonly event: TypedReference<AgentEvent>
  /** Adds a map: its output is the list of what the agent returned for each element, null where that was skipped. */
  add<Output = unknown>(id: string, agent: string, payload: unknown, options: MapOptions): PlanNode<(Output | null)[]>
  /** Adds a map. Without a payload the agent is handed the element. */
  add<Agent extends NamedAgent>(
    id: string,
    agent: Agent,
    payload: PayloadOf<AgentPayload<Agent>> | undefined,
    options: MapOptions,
  ): PlanNode<(AgentOutput<Agent> | null)[]>
  /** Adds a subtask for an agent that is known by its name only: the payload has no type, the output the one that is said. */
  add<Output = unknown>(id: string, agent: string, payload?: unknown, options?: AddOptions): PlanNode<Output>
  /** Adds a subtask. References in the payload make dependencies. */
  add<Agent extends NamedAgent>(
    id: string,
    agent: Agent,
    ...rest: AddArguments<AgentPayload<Agent>>
  ): PlanNode<AgentOutput<Agent>>
  /** Starts a task for each event of a type. Without a payload the agent is handed the event. */
  on(type: string, agent: string, payload?: unknown, options?: ReactionOptions): void
  on<Agent extends NamedAgent>(
    type: string,
    agent: Agent,
    payload?: PayloadOf<AgentPayload<Agent>>,
    options?: ReactionOptions,
  ): void
}

/** A plan that knows what inputs it takes; as data it is a `Plan`, and nothing else. */
export type PlanDefinition<Inputs = unknown> = Plan & { readonly [taken]?: Inputs }
