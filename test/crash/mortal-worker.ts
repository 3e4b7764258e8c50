// A worker process with points to die at: before and after each question to its store and each request to a model, again and again
// while a command has its working copy, and where its team says so. Arguments: the team's module, seen from the root of the
// repository, and the name under which it exports the team.
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { connect, openFileStore, type Store, type Team } from '../../src/index'
import { done, point, recorded } from './mortality'

const { ADDRESS = '', NAMESPACE = '', TROUPE_STORE = '', WATCH_COPIES } = process.env
/** Commands of a test last a few of them. */
const LOOK_MS = 20

function mortal<Question extends (name: string, ...rest: never[]) => Promise<unknown>>(
  what: string,
  question: Question,
): Question {
  const ask = async (name: string, ...rest: never[]): Promise<unknown> => {
    point(`before ${what} ${name}`)
    const answer = await question(name, ...rest)
    const kind = what === 'create' ? /\/ledger\/(model|tool)\//.exec(name)?.[1] : undefined
    if (kind !== undefined) recorded(kind as 'model' | 'tool')
    point(`after ${what} ${name}`)
    return answer
  }
  return ask as Question
}

/** Whether a model is asked to take notes of its conversation. */
const isForNotes = ([, init]: Parameters<typeof fetch>): boolean => String(init?.body).includes('Write the notes')

/** In a directory for temporary files that is its own: what comes into it are its copies, or those of its child processes. */
function watchCopies(): void {
  const left = new Set(readdirSync(tmpdir()))
  const isNew = (name: string): boolean => name.startsWith('troupe-copy_') && !left.has(name)
  setInterval(() => {
    if (readdirSync(tmpdir()).some(isNew)) point('during a command')
  }, LOOK_MS)
}

async function main(): Promise<void> {
  const [module = '', name = ''] = process.argv.slice(2)
  const exported = (await import(resolve(module))) as Record<string, Team>
  const plainFetch = globalThis.fetch
  globalThis.fetch = async (...request) => {
    const kind = isForNotes(request) ? 'notes of the model' : 'model'
    point(`before ${kind}`)
    const response = await plainFetch(...request)
    done('model')
    point(`after ${kind}`)
    return response
  }
  const { identity, artifacts, records } = await openFileStore({ directory: TROUPE_STORE })
  const store: Store = {
    identity,
    artifacts: {
      put: (content) => mortal('put', (_what: string) => artifacts.put(content))('an artifact'),
      get: artifacts.get.bind(artifacts),
      has: artifacts.has.bind(artifacts),
    },
    records: {
      create: mortal('create', records.create.bind(records)),
      read: mortal('read', records.read.bind(records)),
      list: mortal('list', records.list.bind(records)),
    },
  }
  if (WATCH_COPIES !== undefined) watchCopies()
  const troupe = await connect({ address: ADDRESS, namespace: NAMESPACE, store })
  await troupe.serve(exported[name]!)
  console.log('serving')
}

void main()
