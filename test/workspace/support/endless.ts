// Runs a command without an end that shows its life in a file, until it is killed: `endless.ts <directory> <sandbox>`.
import { runSandboxed } from '../../../src/workspace/sandbox'

const [, , directory = '', sandbox = 'required'] = process.argv
const script = 'while true; do echo x >> alive.txt; sleep 0.05; done'
// Without the sandbox, an orphan that also cleared its environment is beyond the watchdog's sight.
const cleared = sandbox === 'required' ? 'env -i' : ''
void runSandboxed({
  command: ['sh', '-c', `(setsid ${cleared} /bin/sh -c '${script}' &); sleep 100`],
  directory,
  sandbox: sandbox as 'required' | 'none',
})
