import type { AutomaticReply, ReplyText } from '@offramp/core'
import { htmlToText } from './html-to-text.ts'
import { mimeReply } from './mime-reply.ts'
import type { Notes } from './notes.ts'
import { isPlainAddress, multiLine, oneLine, quoted, strings } from './quote.ts'

/** Where the provider answers each sender once for as long as the reply is on. */
const ONCE_DAYS = 30

const isBlank = (text: string): boolean => text.trim() === ''

/** Plain text, and the HTML where there is some; undefined where nothing is said. */
function textsOf(reply: ReplyText | undefined): { readonly text: string; readonly html?: string } | undefined {
  const { html } = reply ?? {}
  const text = reply?.text ?? (html === undefined ? '' : htmlToText(html))
  if (html !== undefined && !isBlank(htmlToText(html))) return { text: isBlank(text) ? htmlToText(html) : text, html }
  return isBlank(text) ? undefined : { text }
}

const domainsOf = (addresses: readonly string[]): readonly string[] => [
  ...new Set(addresses.filter(isPlainAddress).map((address) => address.slice(address.lastIndexOf('@') + 1).toLowerCase())),
]

function vacation(reply: AutomaticReply, texts: { readonly text: string; readonly html?: string }, addresses: readonly string[]): string {
  const own = addresses.filter(isPlainAddress)
  const { subject, everyDays } = reply
  const words = [
    'vacation',
    `:days ${Math.max(1, Math.round(everyDays ?? ONCE_DAYS))}`,
    ...(subject === undefined || isBlank(subject) ? [] : [`:subject ${quoted(oneLine(subject, 500))}`]),
    ...(own.length === 0 ? [] : [`:addresses ${strings(own)}`]),
    ...(texts.html === undefined ? [] : [':mime']),
  ]
  return `${words.join(' ')} ${multiLine(texts.html === undefined ? texts.text : mimeReply(texts.text, texts.html))};`
}

/** A moment as `currentdate` gives it, up to the second: what follows there (`Z` or `+00:00`) differs between servers and sorts behind it. */
const moment = (time: number): string => new Date(time).toISOString().slice(0, 19)

const isMoment = (time: number | undefined): time is number => time !== undefined && Math.abs(time) < 253_402_300_800_000 && time >= 0

function whenOf({ start, end }: AutomaticReply): readonly string[] {
  const at = (how: 'ge' | 'lt', time: number): string => `currentdate :zone "+0000" :value "${how}" "iso8601" "${moment(time)}"`
  return [...(isMoment(start) ? [at('ge', start)] : []), ...(isMoment(end) ? [at('lt', end)] : [])]
}

/** Who is told what: at most one `vacation` is carried out, as RFC 5230 wants it. */
function audience(reply: AutomaticReply, addresses: readonly string[], notes: Notes): string | undefined {
  const internal = textsOf(reply.internal)
  const external = reply.externalAudience === 'all' ? textsOf(reply.external) : undefined
  const say = (texts: { readonly text: string; readonly html?: string }): string => vacation(reply, texts, addresses)
  if (reply.contactsOnly)
    notes.lose('only people in the address book were answered, which Sieve does not know: now all of the own domain are, and nobody else')
  else if (reply.externalAudience === 'contacts')
    notes.lose('of people outside, only those in the address book were answered, which Sieve does not know: now nobody outside is')
  if (internal === undefined && external === undefined) {
    if (reply.enabled) notes.lose('it has no text, so that nothing is answered')
    return undefined
  }
  if (JSON.stringify(internal) === JSON.stringify(external) && internal !== undefined) return say(internal)
  const domains = domainsOf(addresses)
  if (domains.length === 0) {
    notes.lose('who belongs to the own organisation is not known, so that nobody is answered')
    return undefined
  }
  notes.lose(`who belongs to the own organisation is told by the sender’s domain: ${domains.join(', ')}`)
  const inside = `address :domain :is "from" ${strings(domains)}`
  if (internal === undefined) return external === undefined ? undefined : `if not ${inside} {\n${say(external)}\n}`
  const first = `if ${inside} {\n${say(internal)}\n}`
  return external === undefined ? first : `${first} else {\n${say(external)}\n}`
}

/** The automatic reply as Sieve; undefined where there is nothing to say. Whether it is in force is the caller's to decide. */
export function writeReply(reply: AutomaticReply, addresses: readonly string[], notes: Notes): string | undefined {
  const block = audience(reply, addresses, notes)
  if (block === undefined) return undefined
  notes.need('vacation')
  if (reply.everyDays === undefined) notes.lose(`each sender is answered once in ${ONCE_DAYS} days; before, once while it was switched on`)
  for (const sentence of reply.unclear ?? []) notes.lose(sentence)
  const when = whenOf(reply)
  if (when.length === 0) return block
  notes.need('date', 'relational')
  const [only = ''] = when
  return `if ${when.length === 1 ? only : `allof(${when.join(', ')})`} {\n${block}\n}`
}
