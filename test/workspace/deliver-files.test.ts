// Delivery into a directory: whole or not at all, once, and never over what is there.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { deliveryTarget, writeDirectory } from '../../src/workspace/deliver-files'
import type { Snapshot } from '../../src/workspace/snapshot'
import { startTypeScript } from '../support/typescript-process'
import { deliveredFiles } from './support/delivered-files'
import { MemoryArtifacts } from './support/memory-artifacts'
import { filesIn, pictureOf, playground, removePlaygrounds, type Playground } from './support/playground'
import { makeRepository, removeTemplates } from './support/repository'

const artifacts = new MemoryArtifacts()
let snapshot: Snapshot
let place: Playground
let directory: string
beforeAll(async () => {
  snapshot = await deliveredFiles(artifacts, 'run-1')
})
beforeEach(() => {
  artifacts.between = () => undefined
  place = playground()
  directory = join(place.root, 'out')
})
afterEach(removePlaygrounds)
afterAll(removeTemplates)

const deliver = (to = directory) => writeDirectory({ artifacts, snapshot, directory: to, mark: 'run-1' })
const whole = () => Object.keys(snapshot.files).sort()
const refused = { code: 'DeliveryRefused', hint: expect.stringContaining('--dir') as string }

test('a new directory, an empty one, and one through a link get all files, with the rights of new files', async () => {
  mkdirSync(join(place.root, 'empty'))
  symlinkSync(join(place.root, 'empty'), join(place.root, 'link'))
  for (const to of [join(place.root, 'a', 'b', 'new'), join(place.root, 'link')]) {
    expect(await deliveryTarget(to)).toBe('new')
    await deliver(to)
    expect(filesIn(to)).toEqual(whole())
  }
  expect(filesIn(join(place.root, 'empty'))).toEqual(whole())
  writeFileSync(join(place.root, 'ordinary'), '')
  expect(statSync(join(place.root, 'empty', 'REPORT.md')).mode).toBe(statSync(join(place.root, 'ordinary')).mode)
  expect(readdirSync(place.root).sort()).toEqual(['a', 'empty', 'link', 'ordinary', 'outside'])
})

test('delivered again, it stays as people have changed it', async () => {
  await deliver()
  writeFileSync(join(directory, 'REPORT.md'), 'changed by its owner')
  await deliver()
  expect(readFileSync(join(directory, 'REPORT.md'), 'utf8')).toBe('changed by its owner')
})

test.each<[string, (directory: string) => void]>([
  ['a file in it', (path) => (mkdirSync(path), writeFileSync(join(path, 'precious.txt'), 'x'))],
  ['only a hidden file in it', (path) => (mkdirSync(path), writeFileSync(join(path, '.hidden'), 'x'))],
  ['another run in it', (path) => (mkdirSync(path), writeFileSync(join(path, 'run.json'), '{"runId":"run-2"}'))],
  ['a run.json that is a link', (path) => (mkdirSync(path), symlinkSync('/etc/passwd', join(path, 'run.json')))],
  ['a file of that name', (path) => writeFileSync(path, 'x')],
  ['a link to nothing', (path) => symlinkSync('/nowhere', path)],
  ['a file above it', (path) => writeFileSync(join(path, '..', 'file'), 'x')],
])('with %s it is refused, and everything stays', async (what, set) => {
  set(directory)
  const to = what === 'a file above it' ? join(place.root, 'file', 'out') : directory
  const before = pictureOf(place.root)
  await expect(deliveryTarget(to)).rejects.toMatchObject(refused)
  await expect(deliver(to)).rejects.toThrow()
  expect(pictureOf(place.root)).toBe(before)
})

test('the top of a repository is for a branch; below it, an empty directory is for files', async () => {
  makeRepository(directory)
  expect(await deliveryTarget(directory)).toBe('repository')
  expect(await deliveryTarget(join(directory, 'troupe-out', 'x'))).toBe('new')
  await expect(deliveryTarget(join(directory, 'src'))).rejects.toMatchObject(refused)
  await expect(deliver()).rejects.toMatchObject({ code: 'DeliveryRefused' })
})

test('a snapshot without its mark is not delivered', async () => {
  const attempt = writeDirectory({ artifacts, snapshot, directory, mark: 'run-2' })
  await expect(attempt).rejects.toMatchObject({ code: 'Internal' })
  expect(existsSync(directory)).toBe(false)
})

test('something that appears while it is written is not written over', async () => {
  artifacts.between = () => {
    if (existsSync(directory)) return
    mkdirSync(directory)
    writeFileSync(join(directory, 'precious.txt'), 'x')
  }
  // The mark is read first: the directory appears after it was looked at.
  await expect(deliver()).rejects.toMatchObject({ code: 'DeliveryRefused' })
  expect(readdirSync(directory)).toEqual(['precious.txt'])
})

test('two at the same time deliver once', async () => {
  await Promise.all([deliver(), deliver()])
  expect(filesIn(directory)).toEqual(whole())
  expect(readdirSync(place.root).sort()).toEqual(['out', 'outside'])
})

describe.each(['a new directory', 'the directory that the process stands in'])('killed in the middle: %s', (where) => {
  const standsIn = where !== 'a new directory'

  test.each([2, 20, 41])('after %i files', async (files) => {
    if (standsIn) mkdirSync(directory)
    const args = [standsIn ? '.' : directory, standsIn ? directory : '/']
    const child = startTypeScript('test/workspace/support/slow-delivery.ts', { args })
    let printed = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
      if (printed.split('\n').length > files) child.kill('SIGKILL')
    })
    await once(child, 'exit')
    expect(printed).not.toContain('delivered')
    if (standsIn) expect(readdirSync(directory).every((name) => name.startsWith('.troupe-delivery_'))).toBe(true)
    else expect(existsSync(directory)).toBe(false)

    await deliver()
    expect(filesIn(directory)).toEqual(whole())
    expect(readdirSync(place.root).sort()).toEqual(['out', 'outside'])
  })
})

test('the directory that the process stands in is not exchanged under its feet', async () => {
  mkdirSync(directory)
  const before = statSync(directory).ino
  const child = startTypeScript('test/workspace/support/slow-delivery.ts', { args: ['.', directory] })
  child.stdout?.resume()
  await once(child, 'exit')
  expect(statSync(directory).ino).toBe(before)
  expect(filesIn(directory)).toEqual(whole())
})

test('a delivery that was broken off while its files were moved in is finished', async () => {
  mkdirSync(directory)
  // As it is left: everything is ready, and some of it has been moved.
  const child = startTypeScript('test/workspace/support/slow-delivery.ts', { args: ['.', directory] })
  child.stdout?.resume()
  await once(child, 'exit')
  const ready = join(
    directory,
    `.troupe-delivery_ready_${createHash('sha256').update('run-1').digest('hex').slice(0, 16)}`,
  )
  mkdirSync(ready)
  for (const name of ['folder-1', 'REPORT.md', 'run.json']) renameSync(join(directory, name), join(ready, name))
  await deliver()
  expect(filesIn(directory)).toEqual(whole())
})
