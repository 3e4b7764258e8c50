// The team that surveys a folder: `list` spawns a `folder` for each folder and `totals` to add them up; `history` is a
// program; `report` joins everything into one file. Relative paths count from where the workers were started.
import { basename, join, resolve } from 'node:path'
import { defineAgent, defineCommand, defineTeam } from 'troupe'
import { z } from 'zod'
import { listFiles } from './files'
import { groupByFolder } from './folders'
import { measureFolder } from './measure'
import { markdown } from './report'
import { folderSchema, historySchema, totalsSchema } from './shapes'
import { addUp } from './totals'
import { reportPath, writeWhole } from './write'

const list = defineAgent({
  name: 'list',
  input: z.object({ dir: z.string(), out: z.string() }),
  timeoutMs: 120_000, // a folder of hundreds of thousands of files
  async run({ dir, out }, context) {
    const root = resolve(dir)
    const report = await reportPath(out)
    const files = (await listFiles(root, context.signal)).filter((file) => join(root, file) !== report)
    const folders = groupByFolder(files)
    const measured = folders.map(({ id, folder, files }) => ({
      id,
      agentType: 'folder',
      payload: { root, folder, files },
    }))
    const sum = {
      id: 'totals',
      agentType: 'totals',
      payload: { root, folders: measured.map(({ id }) => ({ $from: id })) },
    }
    context.spawn([...measured, sum], { output: 'totals' })
  },
})

const folder = defineAgent({
  name: 'folder',
  input: z.object({ root: z.string(), folder: z.string(), files: z.array(z.string()) }),
  output: folderSchema,
  timeoutMs: 600_000, // tens of thousands of files in one folder
  run: ({ root, folder, files }, { signal, progress }) => measureFolder(root, folder, files, { signal, progress }),
})

const totals = defineAgent({
  name: 'totals',
  input: z.object({ root: z.string(), folders: z.array(folderSchema) }),
  output: totalsSchema,
  run: ({ root, folders }) => addUp(root, folders),
})

const history = defineCommand({
  name: 'history',
  command: [process.execPath, join(__dirname, 'history.mjs'), '{{dir}}'],
  cwd: process.cwd(), // `dir` means the same folder as it does to `list`
  input: z.object({ dir: z.string() }),
  output: historySchema,
})

const report = defineAgent({
  name: 'report',
  input: z.object({ out: z.string(), totals: totalsSchema, history: historySchema }),
  output: z.object({ path: z.string(), files: z.int(), lines: z.int(), tokens: z.int(), folders: z.int() }),
  async run({ out, totals, history }) {
    const path = await reportPath(out)
    await writeWhole(path, markdown(basename(totals.root), totals, history))
    const { files, lines, tokens, folders } = totals
    return { path, files, lines, tokens, folders: folders.length }
  },
})

export default defineTeam({ name: 'survey', agents: [list, folder, totals, history, report] })
