// Who may import whom: the rooms of the repository, and what an import of theirs may lead to.
import { builtinModules } from 'node:module'
import { ROOT, type Import } from './source-files'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

interface Room {
  name: string
  /** Its files. */
  holds(file: string): boolean
  /** Packages that it may import; types of a package count as the package unless they are listed as types. */
  packages: 'any' | readonly string[]
  typePackages?: readonly string[]
  /** Files that it may import, besides its own. */
  files(file: string): boolean
  /** Files whose types it may import. */
  types?(file: string): boolean
}

const NODE = builtinModules.map((name) => `node:${name}`)

const below =
  (...folders: string[]) =>
  (file: string): boolean =>
    folders.some((folder) => file === folder || (folder.endsWith('/') && file.startsWith(folder)))
const schemas = below('src/contract/schema/')
const contract = below('src/contract/')
const plainContract = (file: string): boolean => contract(file) && !schemas(file)
const client = below('src/client.ts', 'src/client/')

export const ROOMS: readonly Room[] = [
  {
    name: 'schemas of the contract',
    holds: schemas,
    packages: ['zod', 'ajv', 'ajv-formats'],
    files: contract,
  },
  {
    name: 'rules of a run',
    holds: below('src/contract/run/'),
    // Interprets JSON Schemas: in a workflow nothing may generate code
    packages: ['@cfworker/json-schema'],
    files: plainContract,
  },
  { name: 'contract', holds: plainContract, packages: [], files: plainContract },
  { name: 'workflows', holds: below('workflows/'), packages: ['@temporalio/workflow'], files: plainContract },
  {
    name: 'activities',
    holds: below('activities/'),
    packages: ['@temporalio/activity', '@temporalio/common'],
    files: contract,
    types: below('src/'),
  },
  {
    name: 'client',
    holds: client,
    packages: ['@temporalio/client', '@temporalio/common', ...NODE],
    typePackages: ['@temporalio/proto'],
    files: (file) => contract(file) || below('src/storage/', 'src/definition-hash.ts')(file),
  },
  {
    name: 'agents',
    holds: below('src/agents/'),
    // jiti loads the modules that agents in processes of their own come from; ai and @ai-sdk are the models and MCP
    packages: [
      'zod',
      'jiti',
      'ai',
      ...['anthropic', 'openai', 'google', 'openai-compatible', 'provider', 'mcp'].map((name) => `@ai-sdk/${name}`),
      '@pydantic/genai-prices',
      'gpt-tokenizer',
      ...NODE,
    ],
    // Tools of models work on copies of snapshots
    files: (file) => contract(file) || below('src/workspace/', 'src/package-root.ts')(file),
  },
  {
    name: 'workspace',
    holds: below('src/workspace/'),
    packages: ['diff', 'gpt-tokenizer', ...NODE],
    // Its commands end as those of agents do: with everything that they started
    files: (file) => contract(file) || below('src/agents/process/', 'src/package-root.ts', 'src/host-path.ts')(file),
  },
  {
    name: 'code team',
    holds: below('src/code-team/'),
    packages: ['zod', 'ai', 'gpt-tokenizer', ...NODE],
    files: (file) => contract(file) || below('src/agents/', 'src/workspace/', 'src/package-root.ts')(file),
  },
  ...['src/storage/', 'src/server/', 'src/plan-file/'].map((folder): Room => ({
    name: folder.split('/')[1]!,
    holds: below(folder),
    packages: 'any',
    files: (file) => contract(file) || below('src/package-root.ts', 'src/host-path.ts', 'src/definition-hash.ts')(file),
  })),
]

const isCli = below('src/cli/')
const hosts = below('src/worker.ts', 'src/hosting/')

/** Why an import is not allowed, or undefined. */
export function refusal(found: Import): string | undefined {
  const to = found.own ? sourceOf(found.to) : found.to
  const arrow = `${found.from} → ${to}${found.typeOnly ? ' (types)' : ''}`
  if (found.own && isCli(to) && !isCli(found.from)) return `${arrow}: only src/cli may import src/cli`
  if (
    found.own &&
    below('activities/')(to) &&
    !found.typeOnly &&
    !hosts(found.from) &&
    !below('activities/')(found.from)
  )
    return `${arrow}: only src/worker.ts and src/hosting may import activities/ as values`
  const room = ROOMS.find(({ holds }) => holds(found.from))
  if (!room) return undefined
  const allowed = found.own
    ? room.holds(to) || room.files(to) || (found.typeOnly && room.types?.(to) === true)
    : isListed(to, room.packages) || (found.typeOnly && isListed(to, room.typePackages ?? []))
  return allowed ? undefined : `${arrow}: not a way that is open to the ${room.name}`
}

/** A package's inner paths belong to it. */
function isListed(name: string, packages: 'any' | readonly string[]): boolean {
  return packages === 'any' || packages.some((one) => name === one || name.startsWith(`${one}/`))
}

/** The TypeScript file that an import of our own leads to. */
function sourceOf(path: string): string {
  const plain = path.replace(/\.js$/, '')
  return [`${plain}.ts`, `${plain}/index.ts`].find((file) => existsSync(join(ROOT, file))) ?? path
}
