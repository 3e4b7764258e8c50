// HOST. `troupe demo`: the code team on a bundled request, with recorded answers. All but the model's words is real.
import type { Command } from 'commander'
import { dataCommand, notEmpty, type OutputOption } from './shared/options'
import { printText, say } from './shared/output'
import type { ExitCode } from './shared/exit-codes'

const NOTICE = 'OFFLINE DEMO: no model was called'

interface DemoOptions extends OutputOption {
  dir?: string
}

export function demoCommand(): Command {
  return dataCommand('demo', 'watch the code team at work; needs no model', 'troupe demo')
    .option('--dir <directory>', 'where to; troupe-out/RUN unless given', notEmpty)
    .action(async (options: DemoOptions) => {
      process.exitCode = await demo(options)
    })
}

async function demo({ dir, output }: DemoOptions): Promise<ExitCode> {
  // Beside an object nothing else is printed
  const notice = (): void => (output === 'text' ? printText(NOTICE) : say(NOTICE))
  notice()
  const { DEMO_REQUEST } = await import('../code-team/demo/request.js')
  const { demoRecording } = await import('./code/team.js')
  const { carryOut } = await import('./code/carry-out.js')
  const code = await carryOut(
    { request: DEMO_REQUEST, dir },
    {
      models: { model: `scripted/${demoRecording()}` },
      ...{ output, wanted: {}, detach: false, allowUnsandboxed: false, isDemo: true },
    },
  )
  notice()
  return code
}
