// Runs a command that prints what descriptor 20 holds, inside and outside of the sandbox: `inherited.ts <directory>`.
import { runSandboxed } from '../../../src/workspace/sandbox'

async function main(): Promise<void> {
  const [, , directory = ''] = process.argv
  const options = { command: ['sh', '-c', 'head -c 100 /proc/self/fd/20'], directory }
  const results = [
    await runSandboxed({ ...options, sandbox: 'required' }),
    await runSandboxed({ ...options, sandbox: 'none' }),
  ]
  process.stdout.write(JSON.stringify(results))
}

void main()
