// HOST. The file of `--record`: refused before the start where it cannot be written, written when the run has ended.
import { access, constants, lstat, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { writeRecording } from '../../agents/models/write-recording'
import type { Run } from '../../client/run'
import { messageOf, TroupeError } from '../../contract/errors'
import { say } from './output'

/** Answers may hold whatever the models were asked about: nobody else's to read. */
const MODE = 0o600

/** @throws TroupeError `InvalidUsage` if something is there, if it cannot be written, or if nobody will see the run's end */
export async function checkRecordingFile(file: string, seesTheEnd: boolean): Promise<void> {
  const refuse = (message: string, hint: string): never => {
    throw new TroupeError('InvalidUsage', `--record: ${message}`, { hint })
  }
  if (!seesTheEnd)
    return refuse('it is written when the run has ended, and this command does not wait for that', 'leave out --detach')
  const path = resolve(file)
  const there = await lstat(path).catch(() => undefined)
  if (there) return refuse(`"${file}" exists, and is not overwritten`, 'name a new file, or remove it')
  await access(dirname(path), constants.W_OK).catch((error: unknown) =>
    refuse(`"${file}" cannot be written: ${messageOf(error)}`, 'name a file in a directory that exists'),
  )
}

/** Keeps all answers of a run; what cannot be kept is told, and does not change how the run ended. */
export async function recordRun(run: Run, file: string): Promise<void> {
  try {
    const calls = await run.calls()
    const recording = writeRecording(calls, process.env)
    await writeFile(file, `${JSON.stringify(recording, undefined, 2)}\n`, { flag: 'wx', mode: MODE })
    const answers = `${calls.length} answer${calls.length === 1 ? '' : 's'}`
    say(`recorded ${answers} in ${file}: --model scripted/${file} plays them`)
  } catch (error) {
    say(`warning: ${file} was not written: ${messageOf(error)}`)
  }
}
