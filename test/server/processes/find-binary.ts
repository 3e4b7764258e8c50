// A process that wants a Temporal executable: prints its path, or the error, as one line of JSON.
import { findOrInstallBinary } from '../../../src/server/binary'

findOrInstallBinary((line) => process.stderr.write(`${line}\n`))
  .then((binary) => process.stdout.write(`${JSON.stringify(binary)}\n`))
  .catch((error: { code?: string; message: string; hint?: string }) => {
    process.stdout.write(`${JSON.stringify({ code: error.code, message: error.message, hint: error.hint })}\n`)
    process.exitCode = 1
  })
