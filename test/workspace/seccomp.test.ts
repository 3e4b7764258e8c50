// The filter of system calls, decided as the kernel decides: by running its program.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runSandboxed } from '../../src/workspace/sandbox'
import { seccompFilter } from '../../src/workspace/seccomp'
import { sandboxTest } from '../support/sandbox'

const X64 = 0xc000003e
const ARM64 = 0xc00000b7
const I386 = 0x40000003
const ALLOWED = 0x7fff0000
const EPERM = 0x00050001
const ENOSYS = 0x00050026

/** Runs the program on one call: load, jump if equal, at least, or any bit; return. */
function decide(filter: Buffer, call: { architecture: number; number: number; first?: number }): number {
  const data: Record<number, number> = { 0: call.number, 4: call.architecture, 16: call.first ?? 0 }
  let value = 0
  for (let at = 0; at * 8 < filter.length; at++) {
    const [code, yes, no] = [filter.readUInt16LE(at * 8), filter.readUInt8(at * 8 + 2), filter.readUInt8(at * 8 + 3)]
    const operand = filter.readUInt32LE(at * 8 + 4)
    if (code === 0x06) return operand
    if (code === 0x20) value = data[operand]!
    else if (code === 0x15) at += value === operand ? yes : no
    else if (code === 0x35) at += value >= operand ? yes : no
    else if (code === 0x45) at += (value & operand) !== 0 ? yes : no
    else throw new Error(`unknown instruction ${code}`)
  }
  throw new Error('the program has no end')
}

test.each([
  { processor: 'x64', architecture: X64, read: 0, clone: 56, keyctl: 250, unshare: 272, memfd: 319, ring: 425 },
  { processor: 'arm64', architecture: ARM64, read: 63, clone: 220, keyctl: 219, unshare: 97, memfd: 279, ring: 425 },
])(
  'on $processor it refuses keyrings, hidden memory and new user namespaces, and nothing that programs live by',
  (processor) => {
    const { architecture } = processor
    const filter = seccompFilter(processor.processor)!
    const on = (number: number, first?: number) => decide(filter, { architecture, number, first })
    expect(on(processor.read)).toBe(ALLOWED)
    for (const number of [processor.keyctl, processor.unshare, processor.memfd, processor.ring])
      expect(on(number)).toBe(EPERM)
    expect(on(processor.clone, 17)).toBe(ALLOWED)
    expect(on(processor.clone, 0x10000000 | 17)).toBe(EPERM)
    expect(on(435)).toBe(ENOSYS)
    // A number with an argument that resembles the flag is only refused where it is a flag.
    expect(on(processor.read, 0x10000000)).toBe(ALLOWED)
    for (const other of [X64, ARM64, I386].filter((one) => one !== architecture)) {
      expect(decide(filter, { architecture: other, number: processor.read })).toBe(ENOSYS)
    }
    expect(on(0x40000000)).toBe(ENOSYS)
  },
)

test('other processors have none', () => expect(seccompFilter('riscv64')).toBeUndefined())

sandboxTest('the kernel takes it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'troupe-filter-'))
  const command = ['grep', '-E', '^Seccomp:', '/proc/self/status']
  const { output } = await runSandboxed({ command, directory, sandbox: 'required' })
  rmSync(directory, { recursive: true })
  expect(output).toMatch(/^Seccomp:\s+2$/m)
})
