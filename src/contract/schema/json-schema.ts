// PURE. Checking a value against a JSON Schema (2020-12), with problems that name place, value and choices.
// Ajv rather than zod's fromJSONSchema: the latter ignores `required` and `properties` where `type` is left out.
import Ajv2020, { type ErrorObject, type ValidateFunction } from 'ajv/dist/2020'
import addFormats from 'ajv-formats'
import type { Problem } from '../errors'
import { preview, pointerSteps, resolvePointer, type JsonObject, type JsonValue } from '../json'
import { choicesHint } from '../nearest'
import { joinPath } from './path'

/** Compiled schemas are kept by their text, the newest this many: plans of one team share theirs. */
const KEPT_SCHEMAS = 500

const compiled = new Map<string, ValidateFunction>()

/** The problem of a schema that is itself not valid, or none. */
export function schemaProblem(schema: JsonObject, path: string): Problem | undefined {
  try {
    compile(schema)
    return undefined
  } catch (error) {
    return { path, message: `not a valid JSON Schema: ${(error as Error).message}` }
  }
}

/**
 * Checks a value and fills in the schema's defaults, in a copy.
 * Paths of the problems begin with `path`. The schema must be valid (`schemaProblem`).
 */
export function checkValue(
  schema: JsonObject,
  value: unknown,
  path: string,
): { value: JsonValue; problems: Problem[] } {
  const validate = compile(schema)
  const copy = structuredClone(value) as JsonValue
  if (validate(copy)) return { value: copy, problems: [] }
  const errors = (validate.errors ?? []).filter(isCause)
  return { value: copy, problems: errors.slice(0, 20).map((error) => toProblem(error, copy, path)) }
}

function compile(schema: JsonObject): ValidateFunction {
  const text = JSON.stringify(schema)
  const known = compiled.get(text)
  if (known) return known
  // Its validators return promises, which count as "valid"
  if (schema.$async !== undefined) throw new Error('"$async" is not supported')
  // A new instance each: schemas may carry equal $ids
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: false, useDefaults: true, ownProperties: true })
  addFormats(ajv)
  const validate = ajv.compile(schema)
  if (compiled.size >= KEPT_SCHEMAS) compiled.delete(compiled.keys().next().value!)
  compiled.set(text, validate)
  return validate
}

/** Ajv reports a branch's failure and the branching keyword's: the summary adds nothing where the branch spoke. */
function isCause(error: ErrorObject, _index: number, all: ErrorObject[]): boolean {
  return !['if', 'propertyNames'].includes(error.keyword) || all.length === 1
}

function toProblem(error: ErrorObject, root: JsonValue, path: string): Problem {
  const steps = pointerSteps(error.instancePath) ?? []
  const at = resolvePointer(root, error.instancePath)
  const value = at.found ? at.value : undefined
  const place = joinPath(path, steps)
  const params = error.params as Record<string, unknown>
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const key = String(params.additionalProperty ?? params.unevaluatedProperty)
      const known = Object.keys((error.parentSchema?.properties as object | undefined) ?? {})
      return {
        path: joinPath(place, [key]),
        message: `unknown key ${preview(key)}`,
        hint: choicesHint(key, known, 'keys'),
      }
    }
    case 'required':
      return { path: place, message: `the key ${preview(params.missingProperty)} is missing from ${preview(value)}` }
    case 'enum':
      return {
        path: place,
        message: `${preview(value)} is not one of the choices`,
        hint: `choices: ${(params.allowedValues as unknown[]).map((choice) => preview(choice)).join(', ')}`,
      }
    default:
      return { path: place, message: `${preview(value)} ${error.message ?? 'is refused by the schema'}` }
  }
}
