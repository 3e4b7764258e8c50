// PURE. Secrets in texts: values of the environment whose names say so, in every form that they travel in, and keys of
// well-known shapes.
import type { Environment } from './providers'

/** What stands in a secret's place. */
export const REDACTED = '[secret]'

/** Shorter values are words: replacing them would spoil texts and protect nothing. */
const MIN_SECRET_LENGTH = 8

const SECRET_NAME = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|PRIVATE|COOKIE/i

/** Keys as they are issued; `*` since providers quote them masked in part. */
const SHAPES: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
  /\b(?:sk|pk|rk)-[A-Za-z0-9_*-]{16,}/g,
  /\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}/g,
  /\bAIza[A-Za-z0-9_-]{30,}/g,
  /\b(?:gh[pousr]_|github_pat_)[A-Za-z0-9_]{20,}/g,
  /\bglpat-[A-Za-z0-9_-]{16,}/g,
  /\bnpm_[A-Za-z0-9]{30,}/g,
  /\bxox[abeprs]-[A-Za-z0-9-]{10,}/g,
  /\bhf_[A-Za-z0-9]{30,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+/g,
  /(?<=\bBearer )[A-Za-z0-9._~+/=-]{16,}/gi,
  /(?<=:\/\/[^\s:/@"']{0,64}:)[^\s:/@"'${}]{3,}(?=@)/g,
]

/** The text with `[secret]` in the place of every secret. */
export function withoutSecrets(text: string, env: Environment): string {
  return secretFilter(env)(text)
}

/** The same for many texts. */
export function secretFilter(env: Environment): (text: string) => string {
  const forms = Object.entries(env)
    .filter(([name, value]) => SECRET_NAME.test(name) && (value?.length ?? 0) >= MIN_SECRET_LENGTH)
    .flatMap(([, value]) => formsOf(value!))
    // A secret may be part of a longer one
    .sort((a, b) => b.length - a.length)
  return (text) => {
    let clean = text
    for (const form of forms) if (clean.includes(form)) clean = clean.replaceAll(form, REDACTED)
    for (const shape of SHAPES) clean = clean.replace(shape, REDACTED)
    return clean
  }
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
