import { createHash } from 'node:crypto'
import type { Traits } from '@offramp/core'
import { categoryOf, keywordOf } from './keywords.ts'

const FLAGS = [
  ['\\Seen', 'read'],
  ['\\Flagged', 'flagged'],
  ['\\Answered', 'answered'],
  ['\\Draft', 'draft'],
  ['$Forwarded', 'forwarded'],
] as const

/** Set by servers and mail programs by themselves: no sign of a person, and no category. */
const BY_ITSELF = new Set([
  '\\recent',
  '$mdnsent',
  '$junk',
  '$notjunk',
  'junk',
  'nonjunk',
  'notjunk',
  '$phishing',
  '$submitted',
  '$submitpending',
  // Dovecot: mail_attachment_detection_options = add-flags. The others: the IANA registry of IMAP keywords.
  '$hasattachment',
  '$hasnoattachment',
  '$ismailinglist',
  '$istrusted',
  '$canunsubscribe',
  '$autosent',
  '\\deleted',
])

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef'

/** System flags and `$Forwarded` first, then a keyword for each category. */
export function flagsOf(traits: Traits): string[] {
  const system = FLAGS.filter(([, trait]) => traits[trait] === true).map(([flag]) => flag)
  return [...new Set<string>([...system, ...(traits.keywords ?? []).map(keywordOf)])]
}

export const isSystemFlag = (flag: string): boolean => flag.startsWith('\\')

const lower = (flags: readonly string[]): ReadonlySet<string> => new Set(flags.map((flag) => flag.toLowerCase()))

const categories = (flags: readonly string[]): string[] => {
  const ours = lower(FLAGS.map(([flag]) => flag))
  return flags.filter((flag) => !isSystemFlag(flag) && !ours.has(flag.toLowerCase()) && !BY_ITSELF.has(flag.toLowerCase()))
}

/** Traits as a message's flags tell them. */
export function traitsOf(flags: readonly string[]): Traits {
  const held = lower(flags)
  const traits: Partial<Record<(typeof FLAGS)[number][1], boolean>> = {}
  for (const [flag, trait] of FLAGS) traits[trait] = held.has(flag.toLowerCase())
  return { ...traits, keywords: categories(flags).map(categoryOf) }
}

/** One letter for the flags and four for the keywords: equal exactly when nobody has changed what we wrote. */
export function flagsPrint(flags: readonly string[]): string {
  const held = lower(flags)
  const bits = FLAGS.reduce((sum, [flag], at) => sum + (held.has(flag.toLowerCase()) ? 1 << at : 0), 0)
  const words = categories(flags)
    .map((word) => word.toLowerCase())
    .sort()
  const hash = words.length === 0 ? '' : createHash('sha256').update(words.join('\n')).digest('base64url').slice(0, 4)
  return LETTERS.charAt(bits) + hash
}

/** What has to be added and taken away to make `now` into `wanted`; flags that are not ours are left alone. */
export function flagChanges(now: readonly string[], wanted: readonly string[]): { readonly add: string[]; readonly remove: string[] } {
  const [has, wants] = [lower(now), lower(wanted)]
  const ours = [...FLAGS.map(([flag]) => flag), ...categories(now)]
  return {
    add: wanted.filter((flag) => !has.has(flag.toLowerCase())),
    remove: [...new Set(ours)].filter((flag) => has.has(flag.toLowerCase()) && !wants.has(flag.toLowerCase())),
  }
}
