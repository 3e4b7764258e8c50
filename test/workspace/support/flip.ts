// A process that exchanges a file for a link, and back, as fast as it can: `flip.ts <path> <target of the link>`.
import { renameSync, symlinkSync, writeFileSync } from 'node:fs'

const [, , path = '', target = ''] = process.argv
for (let turn = 0; ; turn++) {
  symlinkSync(target, `${path}.link-${turn}`)
  renameSync(`${path}.link-${turn}`, path)
  writeFileSync(`${path}.plain-${turn}`, 'harmless')
  renameSync(`${path}.plain-${turn}`, path)
}
