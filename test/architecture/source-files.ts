// The repository's source files and what each of them imports, read from its syntax: as values or as types only.
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, posix, relative, resolve, sep } from 'node:path'
import ts from 'typescript'

export const ROOT = resolve(__dirname, '../..')

export interface Import {
  /** The file that imports, from the root, with slashes. */
  from: string
  /** A package (`zod`, `node:fs`), or a file from the root. */
  to: string
  /** True for a file of this repository. */
  own: boolean
  typeOnly: boolean
}

/** TypeScript files below some folders, from the root, with slashes. */
export function sourceFiles(...folders: string[]): string[] {
  return folders
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.ts$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}

export function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}

/** Every import of a file: statements, re-exports, `import()`, `require()`, and types such as `import('x').Y`. */
export function importsOf(file: string, text = textOf(file)): Import[] {
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier && ts.isStringLiteralLike(specifier))
      found.push({ from: file, typeOnly, ...target(file, specifier.text) })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeImport(node.importClause))
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, isTypeExport(node))
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true)
    else if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference))
      add(node.moduleReference.expression, node.isTypeOnly)
    else if (ts.isCallExpression(node) && isLoading(node.expression)) add(node.arguments[0], false)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest))
  return found
}

/** True for `export * from`, which hides what a module offers. */
export function exportsAll(file: string, text = textOf(file)): boolean {
  return ts
    .createSourceFile(file, text, ts.ScriptTarget.Latest)
    .statements.some((statement) => ts.isExportDeclaration(statement) && !statement.exportClause)
}

function isTypeImport(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false
  if (clause.isTypeOnly) return true
  const bindings = clause.namedBindings
  if (clause.name || !bindings || !ts.isNamedImports(bindings)) return false
  return bindings.elements.length > 0 && bindings.elements.every((element) => element.isTypeOnly)
}

function isTypeExport(node: ts.ExportDeclaration): boolean {
  if (node.isTypeOnly) return true
  const clause = node.exportClause
  return !!clause && ts.isNamedExports(clause) && clause.elements.every((element) => element.isTypeOnly)
}

function isLoading(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true
  if (ts.isIdentifier(callee)) return callee.text === 'require'
  return (
    ts.isPropertyAccessExpression(callee) && ts.isIdentifier(callee.expression) && callee.expression.text === 'require'
  )
}

function target(file: string, specifier: string): { to: string; own: boolean } {
  if (specifier.startsWith('.')) return { to: posix.join(dirname(file), specifier), own: true }
  const builtIn = builtinModules.includes(specifier) ? `node:${specifier}` : specifier
  return { to: builtIn, own: false }
}
