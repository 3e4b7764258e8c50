// A worker process with points to die at: before and after each question to its store and each request to a model, and where its
// team says so. Arguments: the team's module, seen from the root of the repository, and the name under which it exports the team.
import { resolve } from 'node:path'
import { connect, openFileStore, type Store, type Team } from '../../src/index'
import { done, point, recorded } from './mortality'

const { ADDRESS = '', NAMESPACE = '', TROUPE_STORE = '' } = process.env

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

async function main(): Promise<void> {
  const [module = '', name = ''] = process.argv.slice(2)
  const exported = (await import(resolve(module))) as Record<string, Team>
  const plainFetch = globalThis.fetch
  globalThis.fetch = async (...request) => {
    point('before model')
    const response = await plainFetch(...request)
    done('model')
    point('after model')
    return response
  }
  const { identity, artifacts, records } = await openFileStore({ directory: TROUPE_STORE })
  const store: Store = {
    identity,
    artifacts,
    records: {
      create: mortal('create', records.create.bind(records)),
      read: mortal('read', records.read.bind(records)),
      list: mortal('list', records.list.bind(records)),
    },
  }
  const troupe = await connect({ address: ADDRESS, namespace: NAMESPACE, store })
  await troupe.serve(exported[name]!)
  console.log('serving')
}

void main()
