import { readFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { atSource, endpointName, kindsOf } from '@offramp/catalog'
import type { Kind } from '@offramp/core'
import { type EndpointFacts, type Mapping, placesOf } from '../mappings/mapping.ts'
import { type Groups, groupsOf, readGroups } from '../mappings/read-groups.ts'
import { readMappings } from '../mappings/read-mappings.ts'
import { InputRefused, type Problem } from '../project/problem.ts'
import type { Project } from '../project/project.ts'
import { readProject } from '../project/read-project.ts'
import { isSecretRef, type SecretPlaces, type SecretUse, secretProblems } from '../project/secret-refs.ts'

/** A project's files, read and found in order. Nobody has been asked anything yet. */
export interface OpenedProject {
  readonly project: Project
  /** Where the project file lies: relative paths start here. */
  readonly folder: string
  /** What is moved: what the project file names, or everything that one of its destinations takes. */
  readonly kinds: readonly Kind[]
  /** The project's destinations, with what of `kinds` each takes. */
  readonly endpoints: readonly EndpointFacts[]
  readonly mappings: readonly Mapping[]
  /** Groups of the destination by those of the source, for sharing. */
  readonly groups?: Groups
  /** The table, as messages name it. */
  readonly mappingsFile: string
  readonly warnings: readonly Problem[]
  /** Milliseconds since the Unix epoch. */
  readonly plannedEnd?: number
  readonly places: SecretPlaces
}

/** In the order in which lanes are planned. */
const KINDS: readonly Kind[] = ['mail', 'event', 'contact', 'task', 'file']

/** 200,000 lines of two long addresses are about 30 MB. */
const MAX_TABLE_BYTES = 64 * 1_048_576

const refuse = (file: string, says: string): never => {
  throw new InputRefused([{ level: 'error', file, says }])
}

const readOrRefuse = (path: string, shown: string, remedy: string): Promise<Buffer> =>
  readFile(path).catch(() => refuse(shown, `This file cannot be read. ${remedy}`))

/** Every reference in the project, with where it stands. */
function usesOf(value: unknown, at: readonly string[] = []): readonly SecretUse[] {
  if (typeof value === 'string') return isSecretRef(value) ? [{ ref: value, usedBy: at.join('.') }] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => usesOf(inner, [...at, key]))
}

/** References with `{account}` in them are one for each account that has none of its own. */
function expanded(
  { project, endpoints, mappings }: Pick<OpenedProject, 'project' | 'endpoints' | 'mappings'>,
  file: string,
): readonly SecretUse[] {
  const places = mappings.flatMap((mapping) => placesOf(mapping, endpoints).map((place) => ({ ...place, line: mapping.line })))
  const own = usesOf(project).filter(({ ref }) => !ref.includes('{account}'))
  const each = project.destinations.flatMap((destination) => {
    const templates = usesOf(destination).filter(({ ref }) => ref.includes('{account}'))
    const here = places.filter(({ endpoint, passwordRef }) => passwordRef === undefined && endpoint === endpointName(destination))
    return here.flatMap(({ account, line }) =>
      templates.map(({ ref }) => ({ ref: ref.replaceAll('{account}', account), usedBy: `${file}:${line}` })),
    )
  })
  const given = places.flatMap(({ passwordRef, line }) =>
    passwordRef === undefined ? [] : [{ ref: passwordRef, usedBy: `${file}:${line}` }],
  )
  return [...own, ...each, ...given]
}

function twinEndpoints({ destinations }: Project, file: string): readonly Problem[] {
  const names = destinations.map(endpointName)
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  return twice.map((name) => ({ level: 'error', file, says: `Two destinations are called ${name}. Give each a \`name\` of its own.` }))
}

const dayOf = (day: string, file: string): number => {
  const time = Date.parse(`${day}T00:00:00Z`)
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day ? refuse(file, `There is no such day as ${day}.`) : time
}

async function groupsIn({ groups }: Project, at: { readonly file: string; readonly folder: string }): Promise<Groups | undefined> {
  if (groups === undefined) return undefined
  if (typeof groups !== 'string') return groupsOf(groups, at.file)
  const bytes = await readOrRefuse(resolve(at.folder, groups), groups, `${at.file} names it under \`groups\`.`)
  return readGroups(bytes, basename(groups))
}

export interface OpenOptions {
  /** The project file, as the operator named it. */
  readonly file: string
  env(name: string): string | undefined
}

/**
 * Reads the project file, the table and every secret's reference. Throws `InputRefused` with everything that is wrong in the first of the
 * three that is not in order.
 */
export async function openProject({ file, env }: OpenOptions): Promise<OpenedProject> {
  const path = resolve(file)
  const folder = dirname(path)
  const text = await readOrRefuse(path, file, 'Name it with --project, or make one: offramp init')
  const project = readProject(text.toString('utf8'), file)
  const twins = twinEndpoints(project, file)
  if (twins.length > 0) throw new InputRefused(twins)
  const mappingsFile = basename(project.mappings)
  const bytes = await readOrRefuse(resolve(folder, project.mappings), project.mappings, `${file} names it under \`mappings\`.`)
  if (bytes.length > MAX_TABLE_BYTES) refuse(mappingsFile, 'This table is larger than 64 MB. It should hold one line for each account.')
  const asked = project.settings?.workloads
  const endpoints = project.destinations.map((settings) => ({
    name: endpointName(settings),
    kinds: kindsOf(settings).filter((kind) => asked?.includes(kind) ?? true),
  }))
  const own = project.destinations.filter((destination) => atSource(project.source, destination)).map(endpointName)
  const table = readMappings(bytes, { file: mappingsFile, endpoints, atSource: own })
  const places = { env, folder }
  const secrets = await secretProblems(expanded({ project, endpoints, mappings: table.mappings }, mappingsFile), places)
  const errors = secrets.filter(({ level }) => level === 'error')
  if (errors.length > 0) throw new InputRefused(errors)
  const groups = await groupsIn(project, { file, folder })
  const end = project.settings?.plannedEnd
  return {
    project,
    folder,
    kinds: asked ?? KINDS.filter((kind) => endpoints.some(({ kinds }) => kinds.includes(kind))),
    endpoints,
    mappings: table.mappings,
    ...(groups === undefined ? {} : { groups }),
    mappingsFile,
    warnings: [...table.warnings, ...secrets],
    places,
    ...(end === undefined ? {} : { plannedEnd: dayOf(end, file) }),
  }
}
