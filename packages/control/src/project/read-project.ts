import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
import { InputRefused, type Problem } from './problem.ts'
import type { Project } from './project.ts'
import { type SchemaProblem, schemaProblems } from './schema-problems.ts'

/** The schema that editors use as well; it ships with the project, so reading it cannot fail at run time. */
export const PROJECT_SCHEMA = fileURLToPath(new URL('../../../../config/offramp.schema.json', import.meta.url))

/** A project file is a page or two; more than this many bytes is something else. */
const MAX_BYTES = 1_048_576

/** How the schema is read. Every command and every worker compiles it, so what only a changed schema needs is left to a test of it. */
const READING = { allErrors: true, verbose: true, strict: true, strictRequired: false, strictTypes: false, discriminator: true } as const

const compile = () => {
  // Half of the time went into the schema of schemas, and into making a program faster that runs once.
  const ajv = new Ajv2020({ ...READING, validateSchema: false, code: { optimize: false } })
  // Plain words for people; VS Code's YAML support knows these two keywords as well.
  ajv.addVocabulary(['patternErrorMessage', 'errorMessage'])
  const schema: object = JSON.parse(readFileSync(PROJECT_SCHEMA, 'utf8'))
  return ajv.compile<Project>(schema)
}

let compiled: ReturnType<typeof compile> | undefined
const validator = (): ReturnType<typeof compile> => {
  compiled ??= compile()
  return compiled
}

interface Text {
  readonly document: Document
  readonly lines: LineCounter
  readonly file: string
}

const offsetOf = (text: Text, problem: SchemaProblem): number | undefined => {
  const found: unknown = problem.path.length === 0 ? text.document.contents : text.document.getIn(problem.path, true)
  if (problem.key !== undefined && isMap(found)) {
    const pair = found.items.find((item) => isScalar(item.key) && String(item.key.value) === problem.key)
    if (pair !== undefined && isNode(pair.key)) return pair.key.range?.[0]
  }
  return isNode(found) ? found.range?.[0] : undefined
}

const located = (text: Text, offset: number | undefined): { readonly line?: number; readonly column?: number } => {
  if (offset === undefined) return {}
  const { line, col } = text.lines.linePos(offset)
  return { line, column: col }
}

const YAML_WORDS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'The same key stands here twice. Keep one.',
  TAB_AS_INDENT: 'YAML is indented with spaces, not tabs.',
  BAD_INDENT: 'The indentation does not fit the lines around it.',
  MULTIPLE_DOCS: 'One file holds one project: remove the `---` between.',
  MISSING_CHAR: 'A closing quote or bracket is missing.',
}

/** The parser's own messages may quote the line, which may hold a secret: only its code is used. */
function syntax(text: Text): readonly Problem[] {
  return text.document.errors.map((error) => ({
    level: 'error',
    file: text.file,
    ...located(text, error.pos[0]),
    says:
      YAML_WORDS[error.code] ??
      `This is not YAML (${error.code.toLowerCase().replaceAll('_', ' ')}). Look at quotes, colons and indentation.`,
  }))
}

function plainValue(text: Text): unknown {
  try {
    return text.document.toJS({ maxAliasCount: 50 })
  } catch (thrown) {
    if (!(thrown instanceof ReferenceError)) throw thrown
    throw new InputRefused([
      { level: 'error', file: text.file, says: 'The file refers to itself too often (YAML aliases). Write the values out.' },
    ])
  }
}

/** Reads a project file's text. Throws `InputRefused` with everything that is wrong, in plain words with line and column. */
export function readProject(source: string, file: string): Project {
  if (source.length > MAX_BYTES) throw new InputRefused([{ level: 'error', file, says: 'This file is too large to be a project file.' }])
  const lines = new LineCounter()
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, version: '1.2', uniqueKeys: true, stringKeys: true })
  const text: Text = { document, lines, file }
  const broken = syntax(text)
  if (broken.length > 0) throw new InputRefused(broken)
  const value = plainValue(text)
  const validate = validator()
  if (validate(value)) return value
  const problems = schemaProblems(validate.errors ?? []).map(
    (problem): Problem => ({ level: 'error', file, ...located(text, offsetOf(text, problem)), says: problem.says }),
  )
  throw new InputRefused(problems)
}
