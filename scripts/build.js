// Builds dist/: compiles, copies what is no TypeScript, then bundles the workflows. Does nothing if no source is newer than the last build.
// Everything that it says goes to standard error: standard output belongs to what runs after it.
const { execFileSync } = require('node:child_process')
const {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('node:fs')
const { join, sep } = require('node:path')

const root = join(__dirname, '..')
const stamp = join(root, 'dist', '.built')
const bundlePath = join(root, 'dist', 'workflow-bundle.js')
const compiled = ['src', 'workflows', 'activities']
const sources = [...compiled, 'tsconfig.json', 'package-lock.json', 'scripts/build.js']

/** The newest change below a path, folders included, so that a removed file counts as well. */
function newest(path) {
  const stats = statSync(path)
  if (!stats.isDirectory()) return stats.mtimeMs
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}

/** The package takes all of dist/: what a source that is gone has left there must not go along. */
function removeLeftovers(folder) {
  for (const name of existsSync(join(root, 'dist', folder)) ? readdirSync(join(root, 'dist', folder)) : []) {
    const path = join(folder, name)
    const source = join(root, path.replace(/(\.d\.ts|\.js)$/, '.ts'))
    if (!existsSync(source)) rmSync(join(root, 'dist', path), { recursive: true })
    else if (statSync(source).isDirectory()) removeLeftovers(path)
  }
}

/** Recordings and the programs that check code run as they are. */
function copyOthers(folder) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) copyOthers(path)
    else if (!entry.name.endsWith('.ts')) {
      mkdirSync(join(root, 'dist', folder), { recursive: true })
      copyFileSync(join(root, path), join(root, 'dist', path))
    }
  }
}

async function bundle() {
  const { bundleWorkflowCode } = require('@temporalio/worker')
  const quiet = { trace() {}, debug() {}, info() {}, log() {}, warn: console.error, error: console.error }
  const workflowsPath = join(root, 'dist', 'workflows', 'index.js')
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: quiet, webpackConfigHook: withoutPaths })
  writeFileSync(`${bundlePath}.new`, code)
  renameSync(`${bundlePath}.new`, bundlePath)
}

/** The same bundle on every machine: names count from the root, and no sources, half of its size, repeat where it was built. */
function withoutPaths(config) {
  const devtoolModuleFilenameTemplate = ({ resourcePath }) => resourcePath.replace(`${root}${sep}`, './')
  const output = { ...config.output, devtoolModuleFilenameTemplate }
  return { ...config, context: root, devtool: 'inline-nosources-source-map', output }
}

async function main() {
  const changed = Math.max(...sources.map((path) => newest(join(root, path))))
  if (
    existsSync(stamp) &&
    existsSync(bundlePath) &&
    statSync(stamp).mtimeMs > changed &&
    !process.argv.includes('--force')
  )
    return
  mkdirSync(join(root, 'dist'), { recursive: true })
  if (process.argv.includes('--force')) rmSync(join(root, 'dist'), { recursive: true, force: true })
  console.error('building dist/ …')
  execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', join(root, 'tsconfig.json')], {
    stdio: ['ignore', 2, 2],
  })
  compiled.forEach(removeLeftovers)
  compiled.forEach(copyOthers)
  await bundle()
  writeFileSync(stamp, '')
}

main().catch((error) => {
  console.error(error.message)
  process.exitCode = 1
})
