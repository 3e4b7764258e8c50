// A worker process that dies by SIGKILL at its n-th question to the store about effects, before the store hears it or after it
// has answered; it says `over` at the last one, should it get there.
import { connect, openFileStore, type Store } from '../../src/index'
import { effectsTeam } from '../run/support/effects-team'

const { ADDRESS = '', NAMESPACE = '', TROUPE_STORE = '', DIE_AT = '', DIE = '' } = process.env
const dieAt = Number(DIE_AT)
let asked = 0

/** Counts what is asked about effects. */
function mortal<Question extends (name: string, ...rest: never[]) => Promise<unknown>>(question: Question): Question {
  const ask = async (name: string, ...rest: never[]): Promise<unknown> => {
    if (!name.includes('/effects/')) return question(name, ...rest)
    const isLast = ++asked === dieAt
    if (isLast && DIE === 'before') process.kill(process.pid, 'SIGKILL')
    const answer = await question(name, ...rest)
    if (isLast) process.kill(process.pid, 'SIGKILL')
    return answer
  }
  return ask as Question
}

async function main(): Promise<void> {
  const { identity, artifacts, records } = await openFileStore({ directory: TROUPE_STORE })
  const store: Store = {
    identity,
    artifacts,
    records: {
      create: mortal(records.create.bind(records)),
      read: mortal(records.read.bind(records)),
      list: mortal(records.list.bind(records)),
    },
  }
  const troupe = await connect({ address: ADDRESS, namespace: NAMESPACE, store })
  await troupe.serve(effectsTeam)
  console.log('serving')
}

void main()
