import { CALENDAR_ROUTES } from '../calendar/routes.ts'
import { PEOPLE_ROUTES } from '../contacts/routes.ts'
import { ADMIN_ROUTES } from '../directory/routes.ts'
import { DRIVE_ROUTES } from '../drive/routes.ts'
import { GMAIL_ROUTES } from '../gmail/routes.ts'
import { TASK_ROUTES } from '../tasks/routes.ts'
import type { Asked, Shown } from './asked.ts'

/** One method of an API. */
export interface Route {
  /** `messages.get`; unique over all APIs. */
  readonly method: string
  readonly api: 'gmail' | 'admin' | 'calendar' | 'people' | 'tasks' | 'drive'
  /** The path, with variables in braces. */
  readonly path: string
  /** Any of them will do. Full names. */
  readonly scopes: readonly string[]
  /** Names in the query that it knows, besides those that every method knows. */
  readonly parameters: readonly string[]
  /** What its answer may hold, written as `fields` is: that may pick nothing else. */
  readonly fields: string
  /** What it holds where `fields` is not given. Absent: all. */
  readonly usual?: string
  /** Default: GET. */
  readonly verb?: 'POST'
  /** What it is counted as, where that depends on the query. */
  readonly counted?: (query: URLSearchParams) => string
  /** Its address is not of the API but was told by it: it has parameters of its own, and nobody counts it. */
  readonly told?: true
  readonly answer: (asked: Asked) => Shown
}

interface Compiled {
  readonly route: Route
  readonly pattern: RegExp
}

export interface Found {
  readonly route: Route
  readonly names: Readonly<Record<string, string>>
}

const compile = (route: Route): Compiled => ({
  route,
  pattern: new RegExp(`^${route.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
})

const ROUTES: readonly Compiled[] = [
  ...GMAIL_ROUTES,
  ...ADMIN_ROUTES,
  ...CALENDAR_ROUTES,
  ...PEOPLE_ROUTES,
  ...TASK_ROUTES,
  ...DRIVE_ROUTES,
].map(compile)

/** The method of a path; undefined where there is none. */
export function findRoute(path: string): Found | undefined {
  for (const { route, pattern } of ROUTES) {
    const match = pattern.exec(path)
    if (!match) continue
    const names = Object.entries(match.groups ?? {}).map(([name, value]) => [name, decode(value)] as const)
    return { route, names: Object.fromEntries(names) }
  }
  return undefined
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
