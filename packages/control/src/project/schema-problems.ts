import type { ErrorObject } from 'ajv/dist/2020.js'
import { nearest } from './nearest.ts'

/** A complaint of the schema in plain words, and where it points: to the value at `path`, or to the key `key` in it. */
export interface SchemaProblem {
  readonly path: readonly string[]
  readonly key?: string
  readonly says: string
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text (put it in quotes if it looks like a number or date)',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of `key: value` lines',
}

const pathOf = (pointer: string): readonly string[] =>
  pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

const named = (path: readonly string[]): string => (path.length === 0 ? 'The project file' : `\`${path.join('.')}\``)

const textOf = (schema: unknown, key: string): string | undefined => {
  const value: unknown = typeof schema === 'object' && schema !== null ? Reflect.get(schema, key) : undefined
  return typeof value === 'string' ? value : undefined
}

const keysOf = (schema: unknown): readonly string[] => {
  const properties: unknown = typeof schema === 'object' && schema !== null ? Reflect.get(schema, 'properties') : undefined
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
}

const parameter = (error: ErrorObject, name: string): unknown => Reflect.get(error.params, name)

function unknownKey(error: ErrorObject, path: readonly string[]): SchemaProblem {
  const key = String(parameter(error, 'additionalProperty'))
  const known = keysOf(error.parentSchema)
  const meant = nearest(key, known)
  const says = meant === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean \`${meant}\`?`
  return { path, key, says: `The key \`${key}\` is not known here. ${says}` }
}

function oneOf(error: ErrorObject, path: readonly string[]): SchemaProblem {
  const allowed = parameter(error, 'allowedValues')
  const words = Array.isArray(allowed) ? allowed.map(String) : []
  const meant = typeof error.data === 'string' ? nearest(error.data, words) : undefined
  return { path, says: `${named(path)} must be one of: ${words.join(', ')}.${meant === undefined ? '' : ` Did you mean ${meant}?`}` }
}

const bound = (error: ErrorObject): string => {
  const limit = String(parameter(error, 'limit'))
  switch (error.keyword) {
    case 'minimum':
      return `must be ${limit} or more`
    case 'maximum':
      return `must be ${limit} or less`
    case 'minLength':
    case 'minItems':
      return 'must not be empty'
    case 'maxLength':
      return `must not be longer than ${limit} characters`
    default:
      return 'cannot be used as it is'
  }
}

function inWords(error: ErrorObject): SchemaProblem {
  const path = pathOf(error.instancePath)
  switch (error.keyword) {
    case 'required': {
      const missing = String(parameter(error, 'missingProperty'))
      return { path, says: `${named([...path, missing])} is missing.` }
    }
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return unknownKey(error, path)
    case 'type':
      return { path, says: `${named(path)} must be ${TYPES[String(parameter(error, 'type'))] ?? 'something else'}.` }
    case 'enum':
      return oneOf(error, path)
    case 'const':
      return { path, says: `${named(path)} must be ${JSON.stringify(parameter(error, 'allowedValue'))}.` }
    case 'pattern':
      return { path, says: `${named(path)}: ${textOf(error.parentSchema, 'patternErrorMessage') ?? 'it is not written as expected.'}` }
    case 'uniqueItems':
      return { path, says: `${named(path)} names something twice.` }
    default:
      return { path, says: textOf(error.parentSchema, 'errorMessage') ?? `${named(path)} ${bound(error)}.` }
  }
}

/** `oneOf`, `anyOf` and `not` explain themselves with `errorMessage`; what their branches complain of would only confuse. */
export function schemaProblems(errors: readonly ErrorObject[]): readonly SchemaProblem[] {
  const groups = errors.filter((error) => error.keyword === 'oneOf' || error.keyword === 'anyOf').map((error) => error.schemaPath)
  const wanted = errors.filter((error) => !groups.some((group) => error.schemaPath.startsWith(`${group}/`)) && error.keyword !== 'if')
  const seen = new Set<string>()
  return wanted.map(inWords).filter((problem) => {
    const id = JSON.stringify(problem)
    return seen.has(id) ? false : seen.add(id)
  })
}
