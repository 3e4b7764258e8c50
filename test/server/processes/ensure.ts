// A process that wants the server: prints what it got, or the error's code, as one line of JSON.
import { ensureDevServer } from '../../../src/server/ensure-server'

const ephemeral = process.argv.includes('--ephemeral')
ensureDevServer({ ephemeral, onProgress: (line) => process.stderr.write(`${line}\n`) })
  .then((server) => process.stdout.write(`${JSON.stringify(server)}\n`))
  .catch((error: { code?: string; message: string }) => {
    process.stdout.write(`${JSON.stringify({ code: error.code, message: error.message })}\n`)
    process.exitCode = 1
  })
