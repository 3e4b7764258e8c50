// A file's language, by its name.
import { basename, extname } from 'node:path'

const BY_EXTENSION = new Map<string, string>(
  Object.entries({
    TypeScript: 'ts tsx mts cts',
    JavaScript: 'js jsx mjs cjs',
    Python: 'py pyi',
    Go: 'go',
    Rust: 'rs',
    Java: 'java',
    Kotlin: 'kt kts',
    Scala: 'scala',
    C: 'c h',
    'C++': 'cc cpp cxx hh hpp hxx',
    'C#': 'cs',
    Swift: 'swift',
    Ruby: 'rb',
    PHP: 'php',
    Elixir: 'ex exs',
    Erlang: 'erl',
    Haskell: 'hs',
    Lua: 'lua',
    Perl: 'pl pm',
    R: 'r',
    Dart: 'dart',
    Zig: 'zig',
    Shell: 'sh bash zsh fish',
    PowerShell: 'ps1',
    SQL: 'sql',
    HTML: 'html htm',
    CSS: 'css scss sass less',
    Vue: 'vue',
    Svelte: 'svelte',
    Markdown: 'md mdx markdown',
    Text: 'txt rst adoc',
    TeX: 'tex',
    JSON: 'json jsonc json5 jsonl',
    YAML: 'yaml yml',
    TOML: 'toml',
    XML: 'xml xsd xsl svg',
    CSV: 'csv tsv',
    'Protocol Buffers': 'proto',
    GraphQL: 'graphql gql',
    Terraform: 'tf tfvars',
    Nix: 'nix',
  }).flatMap(([language, extensions]) =>
    extensions.split(' ').map((extension) => [`.${extension}`, language] as const),
  ),
)

const BY_NAME = new Map([
  ['dockerfile', 'Dockerfile'],
  ['makefile', 'Makefile'],
  ['license', 'Text'],
  ['readme', 'Text'],
])

/** A known language, else the extension itself, else `other`. */
export function languageOf(path: string): string {
  const name = basename(path).toLowerCase()
  const extension = extname(name)
  return BY_NAME.get(name) ?? BY_EXTENSION.get(extension) ?? (extension.length > 1 ? extension : 'other')
}
