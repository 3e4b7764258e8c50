// HOST. What an execution leaves changed in its process: a process that is not as it was is not used for the next one.

/** How the process was once its agent was loaded. What the agent's module itself did is its own business. */
export class Leftovers {
  private readonly directory = process.cwd()
  private readonly environment = { ...process.env }
  private readonly children = childProcesses()

  /** What is no longer as it was, for the log; undefined if nothing is. */
  found(): string | undefined {
    const found = [
      ...(workingDirectory() === this.directory ? [] : ['another working directory']),
      ...this.changedVariables(),
      ...(childProcesses() > this.children ? ['a child process that still runs'] : []),
    ]
    return found.length === 0 ? undefined : found.join(', ')
  }

  /** Their names only: a value may be a secret. */
  private changedVariables(): string[] {
    const names = new Set([...Object.keys(this.environment), ...Object.keys(process.env)])
    const changed = [...names].filter((name) => process.env[name] !== this.environment[name])
    return changed.length === 0 ? [] : [`changed environment variables (${changed.join(', ')})`]
  }
}

/** One that was removed meanwhile is none. */
function workingDirectory(): string | undefined {
  try {
    return process.cwd()
  } catch {
    return undefined
  }
}

/** Those that keep this process alive: one that was let go of (`unref`) is meant to stay. */
function childProcesses(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'ProcessWrap').length
}
