// PURE. Which tools a model agent is given: their names, and under which conditions each may be used. A grant is the author's
// word, and data; nothing that a model says changes it.
import type { JsonObject } from './json'

/** Tools that come with Troupe; they work on the agent's own copy of a snapshot. */
export const WORKSPACE_TOOLS = ['read_file', 'list_files', 'search', 'write_file', 'edit_file', 'run_command'] as const
export type WorkspaceTool = (typeof WORKSPACE_TOOLS)[number]

/** Those that change the copy: an agent that has one returns what it left, as a snapshot. */
export const CHANGING_TOOLS = ['write_file', 'edit_file', 'run_command'] as const
export type ChangingTool = (typeof CHANGING_TOOLS)[number]

/** Reads a page of the network. */
export const FETCH_TOOL = 'fetch_url'

/** Tools that come with Troupe and reach hosts by the list of their grant. */
const NETWORK_TOOLS: readonly string[] = [FETCH_TOOL, 'run_command']

/** Of a payload, where it is: the artifact of the snapshot that the agent works on a copy of. */
export const SNAPSHOT_KEY = 'snapshot'
/** Between the name of an MCP server and that of its tool. */
export const SERVER_SEPARATOR = '/'

/** One tool that an agent is given. */
export interface ToolGrant {
  /** `read_file`, `<server>/<tool>` for one of an MCP server, or the name of a tool that the team's code defines. */
  name: string
  /** Whether a person is asked before: at each call, or once for all calls of a subtask. */
  approve?: 'always' | 'once'
  /** Only calls are asked about whose input as JSON this regular expression matches; all of them unless given. */
  approveWhere?: string
  /**
   * Hosts that it may reach, as `NetworkGrant` says: `example.org`, `*.example.org`, `private:localhost:8080`. Of `fetch_url`
   * every host of the world, and of `run_command` none, unless given.
   */
  network?: string[]
  /** Names of variables of the worker's environment that it is handed: a command in its own, a tool of a team by `secretsOf`. */
  secrets?: string[]
}

/** As authors write it: the name alone gives the tool without conditions. */
export type ToolEntry = string | ToolGrant

/** A program that speaks MCP over its standard input and output. */
export interface McpProgram {
  command: string
  args?: string[]
  /** Working directory; a plan's own counts from the plan. */
  cwd?: string
  /** Names of environment variables that pass, besides PATH, HOME, TMPDIR and LANG. */
  env?: string[]
}

/** An MCP server behind an address. */
export interface McpAddress {
  url: string
  /** A value names an environment variable, so that no plan holds a secret: `${TOKEN}`, or `Bearer ${TOKEN}`. */
  headers?: Record<string, string>
}

export type McpServer = McpProgram | McpAddress

/** What an agent is given, as data. */
export interface ModelTools {
  tools?: ToolGrant[]
  /** By the name that stands before `/` in a tool's. */
  mcp?: Record<string, McpServer>
}

/** The variable that the value of a header names; empty for none. */
export function headerVariable(value: string): string {
  return /\$\{(\w+)\}/.exec(value)?.[1] ?? ''
}

export function isProgram(server: McpServer): server is McpProgram {
  return 'command' in server
}

export function isWorkspaceTool(name: string): name is WorkspaceTool {
  return (WORKSPACE_TOOLS as readonly string[]).includes(name)
}

export function isNetworkTool(name: string): boolean {
  return NETWORK_TOOLS.includes(name)
}

export function isChangingTool(name: string): name is ChangingTool {
  return (CHANGING_TOOLS as readonly string[]).includes(name)
}

/** Whether an agent with these tools returns `{output, snapshot}`. */
export function changesFiles(tools: readonly Pick<ToolGrant, 'name'>[] = []): boolean {
  return tools.some(({ name }) => isChangingTool(name))
}

/** Providers take letters, digits, `_` and `-`, at most 64: the name under which a model calls a tool. */
export function calledName(name: string): string {
  return name
    .replace(SERVER_SEPARATOR, '__')
    .replace(/[^A-Za-z0-9_-]/g, '_')
    .slice(0, 64)
}

/** The schema of `{output, snapshot}`, from that of the answer; without one the answer is a text. */
export function withSnapshot(answer: JsonObject = { type: 'string' }): JsonObject {
  return {
    type: 'object',
    properties: { output: answer, snapshot: { type: 'string' } },
    required: ['output', 'snapshot'],
  }
}
