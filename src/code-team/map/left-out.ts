// PURE. Which files are no part of what people write: taken over, binary, or generated. They are counted, and not read.

export const LEFT_OUT_REASONS = ['vendored', 'binary', 'generated'] as const
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number]

/** Directories of what others wrote, wherever they are. */
const VENDORED = [
  ...['node_modules', 'bower_components', 'jspm_packages', 'vendor', 'third_party', 'thirdparty', 'site-packages'],
  ...['.venv', 'venv', '.tox', 'Pods', '.yarn'],
]
/** Directories of what programs write. */
const GENERATED = [
  'dist',
  'coverage',
  '__pycache__',
  '__snapshots__',
  '.next',
  '.nuxt',
  '.cache',
  '.gradle',
  '.terraform',
]
const GENERATED_NAMES = [
  /^(package-lock|npm-shrinkwrap)\.json$|^(yarn|poetry|uv|pdm|Cargo|Gemfile|composer|flake|bun)\.lockb?$|^pnpm-lock\.yaml$/,
  /^go\.sum$/,
  /\.min\.(js|css|mjs)$|\.(js|css|mjs)\.map$|\.snap$/,
  /\.pb\.(go|cc|h)$|_pb2(_grpc)?\.pyi?$|_pb\.(js|d\.ts)$|\.g\.(dart|cs)$|[._]generated\.\w+$|_gen\.go$/,
]
const BINARY =
  /\.(png|jpe?g|gif|bmp|ico|icns|webp|avif|tiff?|psd|pdf|zip|gz|tgz|bz2|xz|zst|7z|rar|jar|war|class|exe|dll|so|dylib|a|o|obj|lib|wasm|pyc|pyd|whl|bin|dat|db|sqlite3?|parquet|npy|npz|pt|onnx|safetensors|woff2?|ttf|otf|eot|mp[34]|m4a|wav|ogg|flac|webm|mov|avi|mkv|docx?|xlsx?|pptx?|odt|keystore|p12|der)$/i
/** What generators write at the beginning of a file. */
const MARK =
  /@generated\b|\b(code|file) (is |was )?(auto-?|automatically )?generated\b|\bgenerated (by|from|automatically)\b.*\bdo not (edit|modify)\b|\bdo not (edit|modify)\b.*\bgenerated\b/i
/** Lines in which such a mark stands. */
const MARKED_LINES = 5
/** Characters in which a binary file shows itself, as git looks for it. */
const LOOKED_AT = 8_000

/** By its path alone; undefined where its text has to be looked at. */
export function leftOutByPath(path: string): LeftOutReason | undefined {
  const steps = path.split('/')
  const name = steps.pop()!
  if (steps.some((step) => VENDORED.includes(step))) return 'vendored'
  if (BINARY.test(name)) return 'binary'
  if (steps.some((step) => GENERATED.includes(step)) || GENERATED_NAMES.some((one) => one.test(name)))
    return 'generated'
  return undefined
}

/** By what is in it. */
export function leftOutByText(text: string): LeftOutReason | undefined {
  if (text.slice(0, LOOKED_AT).includes('\0')) return 'binary'
  return text
    .slice(0, LOOKED_AT)
    .split('\n', MARKED_LINES)
    .some((line) => MARK.test(line))
    ? 'generated'
    : undefined
}
