// Loaded first into the process of `node --test`, and by it into that of each test file. In the one it takes the key that
// seals the report before anybody else can read it; in the others it tells of a file that ends itself before its tests are over.
const { readFileSync, rmSync, writeSync } = require('node:fs')
const { join } = require('node:path')
const { isMainThread } = require('node:worker_threads')

const isTestFile = process.env.NODE_TEST_CONTEXT !== undefined
// A process that a test forks has a channel to it, and may end as it likes
if (isTestFile && isMainThread && !process.channel) failEarlyEnd()
if (!isTestFile && isMainThread) takeKey()

function failEarlyEnd() {
  let isOver = false
  process.on('beforeExit', () => (isOver = true))
  process.on('exit', (code) => {
    if (code !== 0 || isOver) return
    writeSync(2, 'process.exit ended this file before its tests were over\n')
    process.exitCode = 1
  })
}

function takeKey() {
  const path = join(process.env.TROUPE_REPORT, 'key')
  globalThis[Symbol.for('troupe.key')] = readFileSync(path)
  rmSync(path)
  // A test could open Node's debugger in this process by it
  process.on('SIGUSR1', () => undefined)
}
