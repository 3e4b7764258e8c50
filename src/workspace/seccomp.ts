// HOST. The filter of system calls inside the sandbox, as the kernel's own program (classic BPF). Refused is what namespaces
// do not part (keyrings), memory that no process's size shows, and what opens more of the kernel than a test needs.

/** Number of each refused call, for Node's names of the processors. Names as in the kernel's table. */
const CALLS = {
  x64: {
    architecture: 0xc000003e,
    clone: 56,
    clone3: 435,
    refused: {
      shmget: 29,
      msgget: 68,
      ptrace: 101,
      add_key: 248,
      request_key: 249,
      keyctl: 250,
      unshare: 272,
      perf_event_open: 298,
      open_by_handle_at: 304,
      setns: 308,
      memfd_create: 319,
      bpf: 321,
      userfaultfd: 323,
      io_uring_setup: 425,
      io_uring_enter: 426,
      io_uring_register: 427,
      memfd_secret: 447,
    },
  },
  arm64: {
    architecture: 0xc00000b7,
    clone: 220,
    clone3: 435,
    refused: {
      unshare: 97,
      ptrace: 117,
      msgget: 186,
      shmget: 194,
      add_key: 217,
      request_key: 218,
      keyctl: 219,
      perf_event_open: 241,
      open_by_handle_at: 265,
      setns: 268,
      memfd_create: 279,
      bpf: 280,
      userfaultfd: 282,
      io_uring_setup: 425,
      io_uring_enter: 426,
      io_uring_register: 427,
      memfd_secret: 447,
    },
  },
}

const LOAD = 0x20
const JUMP_IF_EQUAL = 0x15
const JUMP_IF_ABOVE = 0x35
const JUMP_IF_BITS = 0x45
const RETURN = 0x06
const ALLOW = 0x7fff0000
const ERROR = 0x00050000
const EPERM = 1
const ENOSYS = 38
/** Offsets in what the kernel hands to the filter: the call's number, the architecture, the lower half of the first argument. */
const NUMBER = 0
const ARCHITECTURE = 4
const FIRST_ARGUMENT = 16
const CLONE_NEWUSER = 0x10000000
/** Calls of the 32-bit ABI on 64-bit processors have this bit. */
const X32_BIT = 0x40000000

type Instruction = [code: number, ifTrue: number, ifFalse: number, value: number]

/** The filter for this processor; undefined where none is known, and the namespaces alone hold. */
export function seccompFilter(architecture: string = process.arch): Buffer | undefined {
  if (architecture !== 'x64' && architecture !== 'arm64') return undefined
  const calls = CALLS[architecture]
  const program: Instruction[] = [
    [LOAD, 0, 0, ARCHITECTURE],
    [JUMP_IF_EQUAL, 1, 0, calls.architecture],
    [RETURN, 0, 0, ERROR | ENOSYS],
    [LOAD, 0, 0, NUMBER],
    [JUMP_IF_ABOVE, 0, 1, X32_BIT],
    [RETURN, 0, 0, ERROR | ENOSYS],
    // Its flags lie in memory, where a filter cannot look; C libraries then use clone.
    [JUMP_IF_EQUAL, 0, 1, calls.clone3],
    [RETURN, 0, 0, ERROR | ENOSYS],
    ...Object.values(calls.refused).flatMap((number): Instruction[] => [
      [JUMP_IF_EQUAL, 0, 1, number],
      [RETURN, 0, 0, ERROR | EPERM],
    ]),
    [JUMP_IF_EQUAL, 0, 3, calls.clone],
    [LOAD, 0, 0, FIRST_ARGUMENT],
    [JUMP_IF_BITS, 0, 1, CLONE_NEWUSER],
    [RETURN, 0, 0, ERROR | EPERM],
    [RETURN, 0, 0, ALLOW],
  ]
  return Buffer.concat(program.map(encode))
}

function encode([code, ifTrue, ifFalse, value]: Instruction): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt16LE(code, 0)
  bytes.writeUInt8(ifTrue, 2)
  bytes.writeUInt8(ifFalse, 3)
  bytes.writeUInt32LE(value >>> 0, 4)
  return bytes
}
