// TEAM. How what was built is started: program and arguments, where that is known and there is something to start.
import type { CodeRun } from './code-run'

export function startCommand({ architecture, contributions, mode, base }: CodeRun): string[] | undefined {
  // How a repository is started that was there before, one coder alone does not tell
  if (!architecture || (mode === 'single' && base !== undefined)) return undefined
  const written = new Set(
    contributions.flatMap(({ module, role, patch }) =>
      role === 'code' && Object.keys(patch.write).length > 0 ? module : [],
    ),
  )
  // What lacks a module cannot be started
  return architecture.modules.every(({ name }) => written.has(name)) ? architecture.runCommand : undefined
}
