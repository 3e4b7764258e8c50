// The shape of the repository: who imports whom, what the workflows' bundle holds, and what every file keeps to.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { bundleWorkflowCode } from '@temporalio/worker'
import { refusal } from './architecture/arrows'
import { exportsAll, importsOf, ROOT, sourceFiles, textOf, type Import } from './architecture/source-files'

const sources = sourceFiles('src', 'workflows', 'activities')

describe('imports', () => {
  test('lead only where the design allows', () => {
    const imports = sources.flatMap((file) => importsOf(file))
    expect(imports.length).toBeGreaterThan(200)
    expect(imports.flatMap((found) => refusal(found) ?? [])).toEqual([])
  })

  test('are read from every kind of statement, as values or as types', () => {
    const text = `
      import { a } from 'one'
      import type { b } from 'two'
      import { type c, type d } from 'three'
      import { type e, f } from 'four'
      import 'five'
      import g = require('six')
      export { h } from './seven'
      export type { i } from '../eight'
      const j = await import('nine'), k = require('ten'), l = require.resolve('eleven')
      type M = import('twelve').M
      import * as fs from 'fs'`
    const found = importsOf('src/contract/x.ts', text)
    expect(found.map(({ to, typeOnly }) => (typeOnly ? `type ${to}` : to))).toEqual([
      'one',
      'type two',
      'type three',
      'four',
      'five',
      'six',
      'src/contract/seven',
      'type src/eight',
      'nine',
      'ten',
      'eleven',
      'type twelve',
      'node:fs',
    ])
  })

  test.each<[from: string, to: string, allowed: boolean, typeOnly?: boolean]>([
    ['src/contract/schema/check-plan.ts', 'zod', true],
    ['src/contract/schema/json-schema.ts', 'ajv/dist/2020', true],
    ['src/contract/schema/check-plan.ts', 'yaml', false],
    ['src/contract/plan.ts', 'zod', false, true],
    ['src/contract/plan.ts', 'node:path', false],
    ['src/contract/plan.ts', './src/contract/schema/check-plan', false],
    ['src/contract/plan.ts', './src/contract/agent', true],
    ['src/contract/plan.ts', './src/definition-hash', false],
    ['workflows/orchestrate.ts', '@temporalio/workflow', true],
    ['workflows/orchestrate.ts', '@temporalio/common', false],
    ['workflows/orchestrate.ts', './src/contract/json', true],
    ['workflows/orchestrate.ts', './src/contract/schema/check-plan', false, true],
    ['workflows/orchestrate.ts', './activities/index', false, true],
    ['activities/run-agent.ts', '@temporalio/activity', true],
    ['activities/run-agent.ts', '@temporalio/worker', false],
    ['activities/run-agent.ts', 'node:fs', false],
    ['activities/run-agent.ts', './src/storage/store', true, true],
    ['activities/run-agent.ts', './src/storage/file-store', false],
    ['src/client.ts', '@temporalio/proto', true, true],
    ['src/client.ts', '@temporalio/proto', false],
    ['src/client/run.ts', '@temporalio/worker', false, true],
    ['src/client/run.ts', './src/storage/store', true],
    ['src/client/run.ts', './src/server/ensure-server', false, true],
    ['src/agents/team.ts', 'zod', true],
    ['src/agents/team.ts', '@temporalio/activity', false],
    ['src/agents/team.ts', './src/package-root', true],
    ['src/agents/team.ts', './src/storage/store', false, true],
    ['src/storage/store.ts', './src/server/lock', false],
    ['src/server/lock.ts', 'node:fs', true],
    ['src/plan-file/keys.ts', 'yaml', true],
    ['src/plan-file/keys.ts', './src/agents/team', false, true],
    ['src/connect.ts', './src/cli/main', false, true],
    ['src/connect.ts', './activities/index', false],
    ['src/connect.ts', './activities/dependencies', true, true],
    ['src/worker.ts', './activities/index', true],
    ['src/hosting/worker-process.ts', './activities/index', true],
  ])('%s → %s: %s', (from, to, allowed, typeOnly = false) => {
    const own = to.startsWith('./')
    const found: Import = { from, to: own ? to.slice(2) : to, own, typeOnly }
    expect(refusal(found) === undefined).toBe(allowed)
  })
})

describe("the workflows' bundle", () => {
  /** Texts that the forbidden packages bring with them. */
  const MARKERS = { zod: '$ZodCheck', ajv: 'strictTypes', agents: 'schema-refusal' }

  /** The bundle's text, and the files in it; rejects with what the bundler reported. */
  async function bundle(workflows: string): Promise<{ code: string; modules: string[] }> {
    const reported: string[] = []
    const silent = () => undefined
    const error = (message: string) => void reported.push(message)
    const logger = { trace: silent, debug: silent, info: silent, log: silent, warn: silent, error }
    const { code } = await bundleWorkflowCode({ workflowsPath: join(ROOT, workflows), logger }).catch(() => {
      throw new Error(reported.join('\n'))
    })
    const modules = [...code.matchAll(/^\/\*{3}\/ "\.\/([^"]+)"/gm)].map(([, path]) => path!)
    return { code, modules }
  }

  test('holds workflows and plain contract, and no schemas, no agents, nothing of Node', async () => {
    const { code, modules } = await bundle('workflows/index.ts')
    const own = modules.filter((path) => !path.startsWith('node_modules/'))
    expect(own).toEqual(expect.arrayContaining(['workflows/orchestrate.ts', 'src/contract/run/run-state.ts']))
    expect(own.filter((path) => !/^(workflows|src\/contract\/(?!schema\/))/.test(path))).toEqual([])
    const packages = new Set(modules.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []))
    expect([...packages].sort()).toEqual([
      '@cfworker/json-schema',
      '@temporalio/common',
      '@temporalio/workflow',
      'long',
      'ms',
      'nexus-rpc',
    ])
    for (const marker of Object.values(MARKERS)) expect(code).not.toContain(marker)
    expect(code).not.toMatch(/["']node:\w+(\/\w+)*["']/)
  })

  test('would show schemas and agents if they were in it', async () => {
    const { code, modules } = await bundle('test/architecture/fixtures/leaky-workflow.ts')
    for (const marker of Object.values(MARKERS)) expect(code).toContain(marker)
    for (const path of [/^node_modules\/zod\//, /^node_modules\/ajv\//, /^src\/agents\//, /^src\/contract\/schema\//])
      expect(modules.some((module) => path.test(module))).toBe(true)
  })

  test('cannot be made with a module of Node in it', async () => {
    await expect(bundle('test/architecture/fixtures/impure-workflow.ts')).rejects.toThrow(/node:crypto/)
  })
})

describe('every file', () => {
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0').filter(Boolean)
  const code = tracked.filter((file) => /\.([cm]?[jt]s)$/.test(file))
  const read = (file: string): string => {
    try {
      return textOf(file)
    } catch {
      return '' // removed, and not yet said so to git
    }
  }

  test('of code begins with a comment that says its job', () => {
    expect(code.length).toBeGreaterThan(150)
    expect(code.filter((file) => !/^(#!.*\n)?(\/\/ |\/\*)|^$/.test(read(file)))).toEqual([])
  })

  test('of code has at most 300 lines', () => {
    const lengths = code.map((file) => [file, read(file).split('\n').length - 1] as const)
    expect(lengths.filter(([, lines]) => lines > 300)).toEqual([])
  })

  test('of the sources names what it exports', () => {
    expect(sources.filter((file) => exportsAll(file))).toEqual([])
    expect(exportsAll('x.ts', "export * from './y'")).toBe(true)
    expect(exportsAll('x.ts', "export { y } from './y'\nexport const x = 1")).toBe(false)
  })

  test('that a page of the documentation names exists', () => {
    const pages = tracked.filter((file) => file.endsWith('.md'))
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/`((?:test|src|activities|workflows|examples|docs)\/[\w./-]+)`/g)].map(
        (found) => found[1]!,
      ),
    )
    expect(named.length).toBeGreaterThan(100)
    expect(named.filter((file) => !existsSync(join(ROOT, file)))).toEqual([])
  })

  test('is free of paths of one machine and of the hosts of package registries', () => {
    const path = /(^|[^\w.-])\/(work|home|root|Users)\/[\w.-]/m
    const host = /\bregistry\.[a-z0-9-]+\.[a-z]{2,}|\bproxy\.golang\.|\bnpmjs\./
    expect(tracked.filter((file) => path.test(read(file)) || host.test(read(file)))).toEqual([])
    expect(path.test(['see /home', 'me/x'].join('/'))).toBe(true)
    expect(host.test(['https://registry', 'example', 'org/'].join('.'))).toBe(true)
  })
})
