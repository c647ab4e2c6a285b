import ICAL from 'ical.js'
import type { Component, Property } from './jcal.ts'

/** A component as it was found. */
export interface Found {
  readonly name: string
  readonly properties: Property[]
  readonly components: Found[]
  /** Names of properties that ical.js cannot read, in lower case; `''` for a line that is no property at all. */
  readonly broken: string[]
  /** The text ended, or another component did, before its own END. */
  cut: boolean
}

type Design = NonNullable<Parameters<typeof ICAL.parse.property>[1]>

export interface Reading {
  /** Which design ical.js reads a component's properties by, by what the component holds so far. */
  readonly designOf: (component: Found) => Design
  /** A content line as ical.js can read it. */
  readonly mend?: (line: string) => string
  /** A property as it was meant, or undefined for one that says nothing. */
  readonly settle?: (property: Property) => Property | undefined
  /** A line that goes on in the next one without being folded (quoted-printable of vCard 2.1). */
  readonly continues?: (line: string) => boolean
  /** Time zones that have been read before are not read again. */
  readonly keepsZones?: true
}

/** Components within components, of which nobody has ever needed more than four. */
const DEEPEST = 20

/** Bytes as text: UTF-8, UTF-16 where a mark says so, else Windows-1252, which has a character for every byte. */
function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  // Old writers fold in the middle of a character: what is folded is put together before it is decoded.
  const unfolded = Buffer.from(
    Buffer.from(bytes)
      .toString('latin1')
      .replaceAll(/\r?\n[ \t]/g, ''),
    'latin1',
  )
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(unfolded)
  } catch {
    return new TextDecoder('windows-1252').decode(unfolded)
  }
}

function linesOf(bytes: Uint8Array, continues: (line: string) => boolean): readonly string[] {
  const lines: string[] = []
  let open: string | undefined
  for (const line of decode(bytes)
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)) {
    if (open === undefined) open = line
    else if (line.startsWith(' ') || line.startsWith('\t')) open += line.slice(1)
    else if (continues(open)) open = `${open.slice(0, -1)}${line}`
    else {
      lines.push(open)
      open = line
    }
  }
  return open === undefined ? lines : [...lines, open]
}

const nameOf = (line: string): string => /^(?:[\w-]+\.)?([\w-]+)/.exec(line)?.[1]?.toLowerCase() ?? ''

const isProperty = (value: unknown): value is Property => Array.isArray(value) && typeof value[0] === 'string'

/** Noncharacters, which `mendText` keeps out of everything that we write: an escaped backslash, and a backslash in a parameter. */
const ESCAPED = '\ufdd0'
const BARE = '\ufdd1'

/** Text, which ical.js has freed of its escapes; everything else stands as it was written. */
const FREED = new Set(['text', 'phone-number'])

const release = (value: unknown, backslash: string): unknown => {
  if (typeof value === 'string') return value.replaceAll(ESCAPED, backslash).replaceAll(BARE, '\\')
  return Array.isArray(value) ? value.map((one) => release(one, backslash)) : value
}

/**
 * ical.js 2.2.1 takes the delimiter behind an escaped backslash (`a\\;b`) for an escaped one, and one part for two; and in parameters it takes escapes
 * away that nobody wrote (RFC 5545, 3.2, knows none). Both sorts of backslash are held back while it reads.
 */
function parse(line: string, design: Design): unknown {
  if (!line.includes('\\')) return ICAL.parse.property(line, design)
  const head = /^(?:[^":]|"[^"]*")*:/.exec(line)?.[0] ?? ''
  const held = `${head.replaceAll('\\', BARE)}${line.slice(head.length).replaceAll('\\\\', ESCAPED)}`
  const property: unknown = ICAL.parse.property(held, design)
  if (!isProperty(property)) return property
  const [name, parameters, type, ...values] = property
  const given = Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, release(value, '\\\\')]))
  return [name, given, type, ...values.map((value) => release(value, FREED.has(type) ? '\\' : '\\\\'))]
}

function readProperty(line: string, into: Found, reading: Reading): void {
  try {
    const property = parse(reading.mend?.(line) ?? line, reading.designOf(into))
    const settled = isProperty(property) ? (reading.settle ?? ((one) => one))(property) : undefined
    if (settled !== undefined) into.properties.push(settled)
  } catch {
    into.broken.push(nameOf(line))
  }
}

const fresh = (name: string): Found => ({ name, properties: [], components: [], broken: [], cut: false })

/** Ends the component of that name, and as cut off what still stands open in it. */
function close(stack: Found[], name: string): void {
  if (!stack.some((one) => one.name === name)) return
  for (let top = stack.pop(); top !== undefined && top.name !== name; top = stack.pop()) top.cut = true
}

/**
 * All components of a file, as leniently as can be: every line is read by ical.js for itself, so that one that cannot be read costs nothing but itself.
 * Never throws; linear time.
 */
export const readComponents = (bytes: Uint8Array, reading: Reading): readonly Found[] =>
  readLines(linesOf(bytes, reading.continues ?? (() => false)), reading)

function readLines(lines: readonly string[], reading: Reading): readonly Found[] {
  const root = fresh('')
  const stack: Found[] = []
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    const top = stack.at(-1) ?? root
    const zone = reading.keepsZones && line === ZONE.begin && stack.length === 1 ? zoneAt(lines, at, reading) : undefined
    if (zone !== undefined) {
      top.components.push(zone.found)
      at = zone.end
      continue
    }
    const [, verb, name = ''] = /^\s*(BEGIN|END):\s*(\S+)\s*$/i.exec(line) ?? []
    if (verb?.toUpperCase() === 'BEGIN' && stack.length < DEEPEST) {
      const component = fresh(name.toLowerCase())
      top.components.push(component)
      stack.push(component)
    } else if (verb?.toUpperCase() === 'END') close(stack, name.toLowerCase())
    else if (verb === undefined && line.trim() !== '') readProperty(line, top, reading)
  }
  for (const open of stack) open.cut = true
  return root.components
}

const ZONE = { begin: 'BEGIN:VTIMEZONE', end: 'END:VTIMEZONE' } as const

/** Time zones by their lines. Nearly every event of a calendar brings the same, which is read once, and never changed. */
const zones = new Map<string, Found>()
/** So many of them, of so many letters each. */
const KEPT = { zones: 200, letters: 20_000 } as const

/** The time zone that begins at this line, and where it ends; undefined for one that is not whole, or too long to be kept. */
function zoneAt(lines: readonly string[], begin: number, reading: Reading): { readonly found: Found; readonly end: number } | undefined {
  let letters = 0
  for (let end = begin + 1; end < lines.length && letters < KEPT.letters; end++) {
    const line = lines[end] ?? ''
    letters += line.length
    if (line === ZONE.begin) return undefined
    if (line !== ZONE.end) continue
    const own = lines.slice(begin, end + 1)
    const text = own.join('\n')
    const [found, ...more] = zones.has(text) ? [zones.get(text)] : readLines(own, reading)
    if (found === undefined || found.cut || more.length > 0) return undefined
    keep(text, found)
    return { found, end }
  }
  return undefined
}

/** The one that has not been seen for the longest time makes room. */
function keep(text: string, found: Found): void {
  zones.delete(text)
  const [oldest] = zones.size < KEPT.zones ? [] : zones.keys()
  if (oldest !== undefined) zones.delete(oldest)
  zones.set(text, found)
}

/** A component as jCal. */
export const asJcal = ({ name, properties, components }: Found): Component => [name, properties, components.map(asJcal)]

/** All properties of a name. */
export const all = ({ properties }: Found, name: string): readonly Property[] => properties.filter((one) => one[0] === name)

/** The first value of a property as text; undefined where there is none. */
export function textOf(found: Found, name: string): string | undefined {
  const value = all(found, name)[0]?.[3]
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
}

/** A parameter's first value. */
export function parameter(property: Property, name: string): string | undefined {
  const value = property[1][name]
  return Array.isArray(value) ? value[0] : value
}
