// Which file an import means, in each language; what comes from elsewhere means none.
import { resolver } from '../../../src/code-team/map/imported-by'

const PATHS = [
  ...['src/a.ts', 'src/b/index.tsx', 'src/c.js', 'src/d.d.ts'],
  ...['pkg/__init__.py', 'pkg/mod.py', 'pkg/sub/deep.py', 'src/lib/__init__.py', 'main.py'],
  ...['go/a/a.go', 'go/a/more.go', 'go/a/a_test.go', 'root.go'],
  ...['crate/src/lib.rs', 'crate/src/x.rs', 'crate/src/y/mod.rs', 'crate/src/y/z.rs'],
]
const resolve = resolver(PATHS, 'module example.com/m\n\ngo 1.22\n')

it.each<[from: string, imported: string, paths: string[]]>([
  ['src/x.ts', './a', ['src/a.ts']],
  ['src/x.ts', './a.js', ['src/a.ts']],
  ['src/x.ts', './b', ['src/b/index.tsx']],
  ['src/b/index.tsx', '../c', ['src/c.js']],
  ['src/b/index.tsx', '../c.js', ['src/c.js']],
  ['src/x.ts', './d', ['src/d.d.ts']],
  ['src/x.ts', './none', []],
  ['src/x.ts', 'a', []],
  ['src/b/x.ts', '..', []],
  ['main.py', 'pkg', ['pkg/__init__.py']],
  ['main.py', 'pkg.mod', ['pkg/mod.py']],
  ['main.py', 'pkg.mod.name', ['pkg/mod.py']],
  ['main.py', 'pkg.name', ['pkg/__init__.py']],
  ['main.py', 'lib', ['src/lib/__init__.py']],
  ['pkg/sub/deep.py', '..mod.name', ['pkg/mod.py']],
  ['pkg/sub/deep.py', '..mod', ['pkg/mod.py']],
  ['pkg/mod.py', '.sub.deep', ['pkg/sub/deep.py']],
  ['pkg/mod.py', '.name', ['pkg/__init__.py']],
  ['main.py', 'os.path', []],
  ['root.go', 'example.com/m/go/a', ['go/a/a.go', 'go/a/more.go']],
  ['go/a/a.go', 'example.com/m', ['root.go']],
  ['root.go', 'example.com/more', []],
  ['crate/src/lib.rs', 'mod x', ['crate/src/x.rs']],
  ['crate/src/y/mod.rs', 'mod z', ['crate/src/y/z.rs']],
  ['crate/src/x.rs', 'crate::y::z::name', ['crate/src/y/z.rs']],
  ['crate/src/x.rs', 'super::y', ['crate/src/y/mod.rs']],
  ['crate/src/x.rs', 'std::io', []],
  ['README.md', './src/a', []],
])('%s: %s', (from, imported, paths) => {
  expect(resolve(from, imported)).toEqual(paths)
})
