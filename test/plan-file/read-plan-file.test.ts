// Reading a plan file: what can be read, and how it is refused when it cannot.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TroupeError } from '../../src/contract/errors'
import { readPlanFile } from '../../src/plan-file/read-plan-file'
import { startTypeScript } from '../support/typescript-process'

let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'troupe-plan-file-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function write(name: string, content: string | Uint8Array): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

async function refusalOf(path: string): Promise<TroupeError> {
  return await readPlanFile(path).then(
    () => Promise.reject(new Error(`read: ${path}`)),
    (error: unknown) => error as TroupeError,
  )
}

test('team and directory count from the file, wherever the caller stands', async () => {
  mkdirSync(join(directory, 'plans'))
  const file = await readPlanFile(write('plans/docs.yaml', 'name: docs\nteam: ../team.ts\nsubtasks: [{id: a}]\n'))
  expect(file.directory).toBe(join(directory, 'plans'))
  expect(file.team).toBe(join(directory, 'team.ts'))
  expect(file.plan).toEqual({ name: 'docs', subtasks: [{ id: 'a' }] })
  expect(file.problems).toEqual([])
})

test('a missing file is refused with the files that were probably meant', async () => {
  write('survey.yaml', 'name: survey')
  const missing = await refusalOf(join(directory, 'surwey.yaml'))
  expect(missing.code).toBe('InvalidUsage')
  expect(missing.message).toContain('surwey.yaml')
  expect(missing.hint).toContain('survey.yaml')
  const nowhere = await refusalOf(join(directory, 'no', 'where.yaml'))
  expect(nowhere.code).toBe('InvalidUsage')
  expect(nowhere.hint).toContain('no directory')
  expect((await refusalOf(join(directory, 'survey.yaml', 'plan.yaml'))).code).toBe('InvalidUsage')
})

test('a directory is refused with the plan files in it', async () => {
  const refusal = await refusalOf(directory)
  expect(refusal.code).toBe('InvalidUsage')
  expect(refusal.message).toContain('is a directory')
  expect(refusal.hint).toContain('survey.yaml')
})

test('binary content is refused with the place of the first strange byte', async () => {
  const bytes = Buffer.concat([Buffer.from('name: x\nid: '), Buffer.from([0xff, 0xfe, 0x00])])
  const refusal = await refusalOf(write('binary.yaml', bytes))
  expect(refusal.code).toBe('InvalidPlan')
  expect(refusal.message).toContain('binary.yaml:2:5: not a text in UTF-8')
  expect((await refusalOf(write('nul.json', '{"name": "\0"}'))).message).toContain('nul.json:1:11: ')
  expect((await refusalOf(write('utf16.json', Buffer.from('\ufeff{"name": "x"}', 'utf16le')))).message).toContain(
    'utf16.json:1:1: ',
  )
})

test('an empty file is refused', async () => {
  const refusal = await refusalOf(write('empty.yaml', ''))
  expect(refusal.code).toBe('InvalidPlan')
  expect(refusal.message).toContain('empty.yaml:1:1: there is no plan in it')
})

test('an endless device is refused as too large', async () => {
  const refusal = await refusalOf('/dev/zero')
  expect(refusal.code).toBe('InvalidPlan')
  expect(refusal.message).toContain('more than 134217728 bytes')
})

test('a byte order mark is no part of the plan', async () => {
  expect((await readPlanFile(write('bom.json', '\ufeff{"name": "x"}'))).plan).toEqual({ name: 'x' })
})

async function readStdin(text: string): Promise<unknown> {
  const child = startTypeScript('test/plan-file/processes/read-stdin.ts')
  let stdout = ''
  child.stdout!.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stdin!.end(text)
  await once(child, 'close')
  return JSON.parse(stdout)
}

test('standard input is called <stdin> and counts from the working directory', async () => {
  const expected = { file: '<stdin>', directory: process.cwd(), team: resolve('team.ts'), plan: { name: 'x' } }
  expect(await readStdin('name: x\nteam: team.ts\n')).toMatchObject(expected)
  expect(await readStdin('name: x\nname: y\n')).toEqual({
    message: expect.stringContaining('<stdin>:2:1: duplicate key "name"') as string,
  })
})

test('a pipe is read like a file', async () => {
  const fifo = join(directory, 'pipe')
  await once(spawn('mkfifo', [fifo]), 'close')
  const written = once(spawn('sh', ['-c', `echo 'name: piped' > "$0"`, fifo]), 'close')
  expect((await readPlanFile(fifo)).plan).toEqual({ name: 'piped' })
  await written
})
