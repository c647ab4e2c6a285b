import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The shapes that Google publishes, as its own client declares them. */
export interface PublishedShapes {
  /** What in `value` is not as the shape has it: paths with what was found. Empty where all is. */
  strangers(value: unknown, shape: string): readonly string[]
}

/** Reads the declarations of one API: `publishedShapes('@googleapis/gmail', 'v1')`. */
export function publishedShapes(packageName: string, api: string): PublishedShapes {
  const root = dirname(createRequire(import.meta.url).resolve(packageName))
  const shapes = readShapes(readFileSync(join(root, `${api}.d.ts`), 'utf8'))
  const strangers = (value: unknown, type: string, path: string): string[] => {
    const plain = type.replaceAll(/ \| null/g, '').trim()
    if (plain.endsWith('[]')) {
      if (!Array.isArray(value)) return [`${path} is no list`]
      return value.flatMap((each, at) => strangers(each, plain.slice(0, -2), `${path}[${at}]`))
    }
    const shape = shapes.get(plain.replace(/^Schema\$/, ''))
    if (!shape) return mismatch(value, plain, path)
    if (typeof value !== 'object' || value === null) return [`${path} is no ${plain}`]
    return Object.entries(value).flatMap(([name, each]) => {
      const inner = shape.get(name)
      return inner === undefined ? [`${path}.${name} is not published`] : strangers(each, inner, `${path}.${name}`)
    })
  }
  return {
    strangers: (value, shape) => {
      if (!shapes.has(shape)) throw new Error(`${packageName} declares no ${shape}.`)
      return strangers(value, shape, shape)
    },
  }
}

/** Only what is plain is compared: inline shapes are not read. */
function mismatch(value: unknown, type: string, path: string): string[] {
  const plain = ['string', 'number', 'boolean'].includes(type)
  return plain && typeof value !== type ? [`${path} is ${typeof value}, not ${type}`] : []
}

function readShapes(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const shapes = new Map<string, ReadonlyMap<string, string>>()
  for (const [, name = '', body = ''] of text.matchAll(/^ {4}export interface Schema\$(\w+) \{\n(.*?)^ {4}\}/gms)) {
    const members = [...body.matchAll(/^ {8}'?(\w+)'?\?: (.+?);?$/gm)].map(
      ([, key = '', type = '']) => [key, type.replace(/;$/, '')] as const,
    )
    shapes.set(name, new Map(members))
  }
  return shapes
}
