// A name server of the test's own, over real UDP: each name has answers, given in turn; the last one stays.
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import type { Resolve } from '../../src/workspace/network/resolve'

export interface NameServer {
  /** Asks it anew each time, as the system's resolver does with an answer that may be kept for no second. */
  resolve: Resolve
  /** How often a name was asked for. */
  asked(name: string): number
  close(): void
}

const TYPE_A = 1
const TYPE_AAAA = 28

/** Each answer is one address, or several. */
export async function startNameServer(names: Record<string, (string | string[])[]>): Promise<NameServer> {
  const asked = new Map<string, number>()
  const server = createSocket('udp4')
  server.on('message', (question, { port, address }) => {
    const { name, type, end } = readQuestion(question)
    const turn = Math.floor((asked.get(name) ?? 0) / 2)
    asked.set(name, (asked.get(name) ?? 0) + 1)
    const answers = names[name] ?? []
    const all = [answers[Math.min(turn, answers.length - 1)] ?? []].flat()
    const fitting = all.filter((one) => isIPv6(one) === (type === TYPE_AAAA))
    server.send(answerTo(question.subarray(0, end), type, fitting), port, address)
  })
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  const resolver = new Resolver({ timeout: 1_000, tries: 1 })
  resolver.setServers([`127.0.0.1:${server.address().port}`])
  return {
    // One after the other, so that both belong to one turn
    resolve: async (host) => {
      const four = await resolver.resolve4(host).catch(() => [])
      const six = await resolver.resolve6(host).catch(() => [])
      if (four.length + six.length === 0) throw Object.assign(new Error(`no such host: ${host}`), { code: 'ENOTFOUND' })
      return [...four.map((address) => ({ address, family: 4 })), ...six.map((address) => ({ address, family: 6 }))]
    },
    asked: (name) => (asked.get(name) ?? 0) / 2,
    close: () => server.close(),
  }
}

function readQuestion(question: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = []
  let place = 12
  for (let length = question[place]!; length > 0; length = question[place]!) {
    labels.push(question.toString('latin1', place + 1, place + 1 + length))
    place += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: question.readUInt16BE(place + 1), end: place + 5 }
}

function answerTo(question: Buffer, type: number, addresses: readonly string[]): Buffer {
  const head = Buffer.from(question)
  head.writeUInt16BE(0x8180, 2)
  head.writeUInt16BE(addresses.length, 6)
  head.writeUInt32BE(0, 8)
  const records = addresses.map((address) => {
    const data = type === TYPE_A ? Buffer.from(address.split('.').map(Number)) : bytesOf(address)
    const record = Buffer.alloc(12)
    record.writeUInt16BE(0xc00c, 0)
    record.writeUInt16BE(type, 2)
    record.writeUInt16BE(1, 4)
    record.writeUInt16BE(data.length, 10)
    return Buffer.concat([record, data])
  })
  return Buffer.concat([head, ...records])
}

function bytesOf(address: string): Buffer {
  const [before = '', after] = address.split('::').map((part) => part)
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const [first, last] = [groups(before), groups(after ?? '')]
  const all = [...first, ...Array<string>(8 - first.length - last.length).fill('0'), ...last]
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex')
}
