// PURE. Secrets in texts: values of the environment whose names say so, in every form that they travel in, and keys of
// well-known shapes.
import type { JsonValue } from '../../contract/json'
import type { Environment } from './providers'

/** What stands in a secret's place. */
export const REDACTED = '[secret]'

/** Shorter values are words: replacing them would spoil texts and protect nothing. */
export const MIN_SECRET_LENGTH = 8

const SECRET_NAME = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|PRIVATE|COOKIE/i

/**
 * Keys as they are issued; `*` since providers quote them masked in part. Whole pages of strangers pass through: each part has an
 * end (the engine keeps a place for every step that it may take back), and where something must follow a run, only one match
 * begins in that run, so that the time grows with the text and not with its square.
 */
const SHAPES: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]{0,64}PRIVATE KEY-----[\s\S]*?(-----END [A-Z0-9 ]{0,64}PRIVATE KEY-----|$)/g,
  /\b(?:sk|pk|rk)-[A-Za-z0-9_*-]{16,4096}/g,
  /\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,4096}/g,
  /\bAIza[A-Za-z0-9_-]{30,4096}/g,
  /\b(?:gh[pousr]_|github_pat_)[A-Za-z0-9_]{20,4096}/g,
  /\bglpat-[A-Za-z0-9_-]{16,4096}/g,
  /\bnpm_[A-Za-z0-9]{30,4096}/g,
  /\bxox[abeprs]-[A-Za-z0-9-]{10,4096}/g,
  /\bhf_[A-Za-z0-9]{30,4096}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,16384}\.eyJ[A-Za-z0-9_-]{10,65536}\.[A-Za-z0-9_-]{1,16384}/g,
  /(?<=\bBearer )[A-Za-z0-9._~+/=-]{16,65536}/gi,
  /(?<=:\/\/[^\s:/@"']{0,64}:)[^\s:/@"'${}]{3,16384}(?=@)/g,
]

/** The text with `[secret]` in the place of every secret. */
export function withoutSecrets(text: string, env: Environment): string {
  return secretFilter(env)(text)
}

/** The same for many texts. `named` are variables whose values are secret whatever they are called. */
export function secretFilter(env: Environment, named: readonly string[] = []): (text: string) => string {
  const isSecret = (name: string): boolean => SECRET_NAME.test(name) || named.includes(name)
  const forms = Object.entries(env)
    .filter(([name, value]) => isSecret(name) && (value?.length ?? 0) >= MIN_SECRET_LENGTH)
    .flatMap(([, value]) => formsOf(value!))
    // A secret may be part of a longer one
    .sort((a, b) => b.length - a.length)
  return (text) => {
    let clean = replaced(text, forms)
    for (const shape of SHAPES) clean = clean.replace(shape, REDACTED)
    return clean
  }
}

/** A value with every text in it clean, keys too. */
export function cleanJson(value: JsonValue, clean: (text: string) => string): JsonValue {
  if (typeof value === 'string') return clean(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((element) => cleanJson(element, clean))
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [clean(key), cleanJson(element, clean)]))
}

/** The first of some variables whose value stands in the bytes of a file, in whatever form; a short one is no secret. */
export function secretFinder(env: Environment, named: readonly string[]): (content: Uint8Array) => string | undefined {
  // Each byte a character, so that both sides are alike whatever stands around
  const asBytes = (text: string): string => squeezed(Buffer.from(text).toString('latin1'))
  const all = named
    .filter((name) => (env[name]?.length ?? 0) >= MIN_SECRET_LENGTH)
    .map((name): [string, string[]] => [name, formsOf(env[name]!).map(asBytes)])
  return ({ buffer, byteOffset, byteLength }) => {
    const text = squeezed(Buffer.from(buffer, byteOffset, byteLength).toString('latin1'))
    return all.find(([, forms]) => forms.some((form) => form !== '' && text.includes(form)))?.[0]
  }
}

/** Hosts and headers come back in other cases than they were written, and programs break what they encode into lines. */
function replaced(text: string, forms: readonly string[]): string {
  const whole = squeezed(text)
  const found = forms.filter((form) => whole.includes(squeezed(form)))
  if (found.length === 0) return text
  const spaced = found.map((form) => Array.from(form.replace(/\s+/g, ''), literally).join('\\s*'))
  return text.replace(new RegExp(spaced.join('|'), 'gi'), REDACTED)
}

function literally(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, '').toLowerCase()
}

/** As it is; inside JSON, and JSON inside JSON; in a URL; in hexadecimal digits; in base64, wherever in a longer text. */
function formsOf(secret: string): string[] {
  const escaped = JSON.stringify(secret).slice(1, -1)
  const bytes = Buffer.from(secret)
  const base64 = [0, 1, 2].map((offset) => insideBase64(bytes, offset))
  const url = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))
  const hex = bytes.toString('hex')
  const all = [
    secret,
    escaped,
    JSON.stringify(escaped).slice(1, -1),
    encodeURIComponent(secret),
    hex,
    hex.toUpperCase(),
  ]
  return [...new Set([...all, ...base64, ...url])]
}

/** The characters of base64 that only the secret decides, where so many bytes (modulo three) stand before it. */
function insideBase64(secret: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), secret]).toString('base64')
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + secret.length) * 8) / 6))
}
