// The package finds its own folder and its built files.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { builtFile, packageRoot } from '../../../src/package-root'

test('the root is the folder of the package.json named "troupe"', () => {
  expect(JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'))).toMatchObject({ name: 'troupe' })
})

test('a built file is found in dist/', () => {
  const path = builtFile('src/agents/process/watchdog-main.js')
  expect(path).toBe(join(packageRoot(), 'dist/src/agents/process/watchdog-main.js'))
})

test('a file that was not built is named, with what to do', () => {
  expect(() => builtFile('src/nothing.js')).toThrow(
    expect.objectContaining({ code: 'Internal', hint: 'npm run build' }),
  )
  expect(() => builtFile('src/nothing.js')).toThrow(/dist\/src\/nothing\.js is missing/)
})
