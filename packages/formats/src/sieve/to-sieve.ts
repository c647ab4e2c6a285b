import type { AutomaticReply, MailForwarding, MailRule, MailSettings } from '@offramp/core'
import { Notes } from './notes.ts'
import { commented, oneLine } from './quote.ts'
import type { SieveNames } from './sieve-names.ts'
import { asleepSays, type Block, redirect, writeActions } from './write-actions.ts'
import { writeReply } from './write-reply.ts'
import { join, type Said, writeTest } from './write-test.ts'

export interface SieveOptions extends SieveNames {
  /** Whose it is, for the script's first line. */
  readonly account: string
  /** Forwarding is in force. Otherwise it is written as comments and listed. */
  readonly forwarding: boolean
}

export interface SieveScript {
  /** Lines end in CRLF, as RFC 5228 wants it. */
  readonly script: string
  /** What the script does not do as it was, in sentences for the owner. */
  readonly losses: readonly string[]
  /** `said`: in force in the script. `off`: switched off by the owner, kept as comments. The rest is kept as comments and explained. */
  readonly rules: { readonly total: number; readonly said: number; readonly off: number }
}

/** Pigeonhole 0.5, sieve_max_script_size and sieve_max_redirects. */
const USUAL_SCRIPT_BYTES = 1_048_576
const USUAL_REDIRECTS = 4

/** A sentence is said once, however many rules it is true of; so many are named. */
const NAMED = 5

interface Written {
  readonly rule: MailRule
  readonly notes: Notes
  readonly test: Said
  readonly block: Block
  readonly live: boolean
}

const titleOf = ({ name }: MailRule): string => {
  const title = oneLine(name, 100).replaceAll(/[[\]]/g, '|')
  return title === '' ? 'without a name' : title
}

function writeRule(rule: MailRule, options: SieveOptions): Written {
  const notes = new Notes()
  const parts: Said[] = []
  if (rule.when !== undefined) parts.push(writeTest(rule.when, options, notes))
  if (rule.unless !== undefined) parts.push(writeTest({ is: 'not', of: rule.unless }, options, notes))
  const test = join('all', parts)
  const block = writeActions(rule.actions, { names: options, notes, forwarding: options.forwarding })
  const empty = block.marks.length + block.rest.length === 0 && !rule.stop
  const live = rule.enabled && test !== false && !empty
  if (rule.enabled && test === false)
    notes.lose(`it is written as a comment only${rule.stop ? ', and later rules see what it kept from them' : ''}`)
  return { rule, notes, test, block, live }
}

const ifBlock = (test: Said, lines: readonly string[]): string => {
  const body = lines.flatMap((line) => line.split('\n')).map((line) => `  ${line}`)
  return [`if ${test === true ? 'true' : test === false ? 'false' : test} {`, ...body, '}'].join('\n')
}

/** One rule as text; the part of it that stands at this place. */
function show({ rule, test, block, live, notes }: Written, lines: readonly string[]): string {
  const title = `# rule:[${titleOf(rule)}]`
  const all = [...lines, ...block.asleep, ...(rule.stop ? ['stop;'] : [])]
  const text = ifBlock(test, all)
  if (live) return `${title}\n${text}`
  const why = rule.enabled ? 'not in force, see the list of losses' : 'switched off'
  const needs = [...notes.needs].sort().map((need) => `"${need}"`)
  return [`${title} (${why}${needs.length === 0 ? '' : `; needs ${needs.join(', ')}`})`, commented(text)].join('\n')
}

const COPIES = /^fileinto :create :copy (".*");$/s
const MOVES = /^fileinto :create (".*");$/s

/**
 * Pigeonhole (0.5.19) takes a move into a folder for nothing new where a copy was put there before, and keeps the message in the inbox as well: it is
 * told that nothing is to be kept.
 */
function withoutSecondCopy(rules: readonly Written[]): readonly Written[] {
  const copied = new Set(rules.flatMap(({ live, block }) => (live ? block.rest.map((line) => COPIES.exec(line)?.[1]) : [])))
  const moved = (line: string): readonly string[] => {
    const folder = MOVES.exec(line)?.[1]
    return folder !== undefined && copied.has(folder) ? [line, 'discard;'] : [line]
  }
  return rules.map((written) => ({ ...written, block: { ...written.block, rest: written.block.rest.flatMap(moved) } }))
}

/** Rules that apply together: all marks first, so that they hold for every copy that is filed after them. */
function showTogether(rules: readonly Written[]): readonly string[] {
  const marks = rules.filter(({ live, block }) => live && block.marks.length > 0)
  const marking = marks.map((written) => `# marks of rule:[${titleOf(written.rule)}]\n${ifBlock(written.test, written.block.marks)}`)
  const filing = rules
    .filter(({ live, block, rule }) => !live || block.rest.length + block.asleep.length > 0 || rule.stop)
    .map((written) => show(written, written.live ? written.block.rest : [...written.block.marks, ...written.block.rest]))
  return [...marking, ...filing]
}

function showInOrder(rules: readonly Written[]): readonly string[] {
  let filed = false
  for (const { live, rule, block, notes } of rules) {
    if (!live) continue
    if (filed && block.marks.length > 0) notes.lose('it marks messages, but not the copies that a rule before it has filed already')
    filed ||= !rule.stop && rule.actions.some((action) => action.do === 'file')
  }
  return rules.map((written) => show(written, [...written.block.marks, ...written.block.rest]))
}

function showReply(reply: AutomaticReply | undefined, options: SieveOptions, notes: Notes): string | undefined {
  if (reply === undefined) return undefined
  const text = writeReply(reply, options.addresses, notes)
  if (text === undefined) return undefined
  if (reply.enabled && (reply.unclear ?? []).length === 0) return `# Automatic reply\n${text}`
  const needs = [...notes.needs].sort().map((need) => `"${need}"`)
  notes.needs.clear()
  // What is switched off loses nothing.
  if (!reply.enabled) notes.losses.clear()
  return `# Automatic reply (switched off; needs ${needs.join(', ')})\n${commented(text)}`
}

const THEN = { keep: undefined, read: undefined, archive: 'archive', trash: 'trash' } as const

function showForwarding(
  forwarding: MailForwarding | undefined,
  options: SieveOptions,
  notes: Notes,
): { text?: string; to: readonly string[] } {
  if (forwarding === undefined || forwarding.to.length === 0) return { to: [] }
  const lines = forwarding.to.map((address) => redirect(address, notes)).filter((line) => line !== undefined)
  if (lines.length === 0) return { to: [] }
  const role = THEN[forwarding.ownCopy]
  const after = writeActions(
    [
      ...(forwarding.ownCopy === 'read' ? [{ do: 'mark', as: 'read' } as const] : []),
      ...(role === undefined ? [] : [{ do: 'file', folder: { role }, copy: false } as const]),
    ],
    { names: options, notes, forwarding: true },
  )
  const text = [...lines, ...after.marks, ...after.rest].join('\n')
  notes.need('copy')
  if (forwarding.enabled && options.forwarding) return { text: `# Forwarding of all mail\n${text}`, to: forwarding.to }
  const needs = [...notes.needs].sort().map((need) => `"${need}"`)
  notes.needs.clear()
  if (!forwarding.enabled) notes.losses.clear()
  else for (const address of forwarding.to) notes.lose(asleepSays(address))
  return { text: `# Forwarding of all mail (not in force; needs ${needs.join(', ')})\n${commented(text)}`, to: [] }
}

/** Sentences about rules, each once, with the rules of which it is true. */
function ruleLosses(rules: readonly Written[]): readonly string[] {
  const about = new Map<string, string[]>()
  for (const { rule, notes } of rules) {
    if (!rule.enabled) continue
    for (const sentence of notes.losses) about.set(sentence, [...(about.get(sentence) ?? []), `“${titleOf(rule)}”`])
  }
  return [...about].map(([sentence, names]) => {
    const more = names.length - NAMED
    const named = names.slice(0, NAMED).join(', ')
    return `${names.length === 1 ? 'Rule' : 'Rules'} ${named}${more > 0 ? ` and ${more} more` : ''}: ${sentence}.`
  })
}

const about = (subject: string, notes: Notes): readonly string[] => [...notes.losses].map((sentence) => `${subject}: ${sentence}.`)

function serverLimits(script: string, redirects: number): readonly string[] {
  const bytes = new TextEncoder().encode(script).length
  return [
    ...(bytes > USUAL_SCRIPT_BYTES
      ? [`The script has ${bytes} bytes, and Dovecot takes 1 MiB unless its administrator raises sieve_max_script_size.`]
      : []),
    ...(redirects > USUAL_REDIRECTS
      ? [
          `The script forwards to ${redirects} addresses, and Dovecot allows 4 for one message unless its administrator raises sieve_max_redirects.`,
        ]
      : []),
  ]
}

/**
 * An account's settings as a Sieve script (RFC 5228) and the list of what it does not say. A rule is never made to catch more than it did:
 * where a part of its conditions cannot be said, that part counts as not fulfilled. Never throws for what an owner has set up.
 */
export function toSieve(settings: MailSettings, options: SieveOptions): SieveScript {
  const rules = withoutSecondCopy(settings.rules.map((rule) => writeRule(rule, options)))
  const replyNotes = new Notes()
  const forwardNotes = new Notes()
  const reply = showReply(settings.automaticReply, options, replyNotes)
  const forwarding = showForwarding(settings.forwarding, options, forwardNotes)
  const shown = settings.ruleOrder === 'together' ? showTogether(rules) : showInOrder(rules)
  const live = rules.filter((each) => each.live)
  const needs = [...new Set([replyNotes, forwardNotes, ...live.map(({ notes }) => notes)].flatMap((notes) => [...notes.needs]))].sort()
  const head = `# Mail settings of ${oneLine(options.account)}, written by Offramp. What it cannot say stands in settings.json.`
  const required = needs.length === 0 ? [] : [`require [${needs.map((need) => `"${need}"`).join(', ')}];`]
  const pieces = [[head, ...required].join('\n'), reply, forwarding.text, ...shown].filter((piece) => piece !== undefined)
  const script = `${pieces.join('\n\n')}\n`.replaceAll('\n', '\r\n')
  const redirects = new Set([...forwarding.to, ...live.flatMap(({ block }) => block.forwards)]).size
  return {
    script,
    losses: [
      ...ruleLosses(rules),
      ...about('Automatic reply', replyNotes),
      ...about('Forwarding of all mail', forwardNotes),
      ...serverLimits(script, redirects),
    ],
    rules: { total: rules.length, said: live.length, off: rules.filter(({ rule }) => !rule.enabled).length },
  }
}
