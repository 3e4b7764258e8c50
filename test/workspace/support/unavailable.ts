// Asks for the sandbox where there is none, and prints the refusal: `unavailable.ts <directory>`.
import { asTroupeError } from '../../../src/contract/errors'
import { runSandboxed } from '../../../src/workspace/sandbox'

const [, , directory = ''] = process.argv
runSandboxed({ command: ['touch', 'touched.txt'], directory, sandbox: 'required' }).catch((error: unknown) => {
  const { code, message, hint } = asTroupeError(error) ?? {}
  process.stdout.write(JSON.stringify({ code, message, hint }))
})
