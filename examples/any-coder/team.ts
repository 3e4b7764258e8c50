// Any program that edits files as the coder of `troupe code`: here Claude Code. Specification, architecture, tests and review
// are the code team's own; with `--mode single` the program works alone, and no other model is needed.
//
//   troupe code "…" --dir REPOSITORY --team examples/any-coder/team.ts --mode single
//
// Others are started alike: ['codex', 'exec', '--full-auto', '{{prompt}}'], ['aider', '--yes', '--message', '{{prompt}}'].
import { coderProgram, defineTeam } from 'troupe'

export default defineTeam({
  name: 'claude-code',
  agents: [
    coderProgram({
      command: ['claude', '-p', '--permission-mode', 'acceptEdits'], // what it is told comes on standard input
      env: ['ANTHROPIC_API_KEY'], // by name; nothing else of your environment passes, and work with a value of these is refused
      sandbox: {
        network: ['api.anthropic.com'], // left out: no network
        // Its login and settings, as a copy for each run that is thrown away: what it plants there is never run as yours. Left out:
        // nothing of your home. `sandbox: 'none'` confines nothing
        home: ['.claude', '.claude.json'],
      },
      timeoutMs: 20 * 60_000, // then it is ended with everything that it started
    }),
  ],
})
