import type { Destination, SourceProfile, Traits } from '@offramp/core'

const SWITCHES = ['read', 'flagged', 'answered', 'forwarded', 'draft'] as const

type Switch = (typeof SWITCHES)[number]

/** How each is said of a message: when it is not so, and when it is. */
const WORDS: Readonly<Record<Switch, readonly [string, string]>> = {
  read: ['unread', 'read'],
  flagged: ['not flagged', 'flagged'],
  answered: ['not answered', 'answered'],
  forwarded: ['not forwarded', 'forwarded'],
  draft: ['no draft', 'a draft'],
}

/** What a person does to make a trait of the copy differ. */
const DEEDS: Readonly<Partial<Record<Switch, string>>> = { read: 'read it', flagged: 'flagged it', answered: 'answered it' }

/** Traits of one copy in few bytes: a bit for each yes or no, and keywords that all copies with the same ones share. */
export interface PackedTraits {
  readonly switches: number
  readonly keywords: readonly string[]
}

const switchesOf = (traits: Traits): number => SWITCHES.reduce((bits, name, at) => bits | (traits[name] === true ? 1 << at : 0), 0)

/** Packs the traits of many copies. */
export function traitPacker(): (traits: Traits) => PackedTraits {
  const shared = new Map<string, readonly string[]>()
  return (traits) => {
    const keywords = traits.keywords ?? []
    const name = keywords.join('\0')
    const known = shared.get(name) ?? [...keywords]
    shared.set(name, known)
    return { switches: switchesOf(traits), keywords: known }
  }
}

interface Ends {
  readonly source: { readonly profile: SourceProfile }
  readonly destination: Pick<Destination, 'profile' | 'keywordsAsKept'>
}

/**
 * What differs between an item and its copy, of the traits that the source offers and the destination keeps: a sentence for each, the
 * same for every item that differs alike.
 */
export function alteredTraits({ source, destination }: Ends, wanted: Traits, standing: PackedTraits): readonly string[] {
  const told = (name: Switch | 'keywords'): boolean => source.profile.offers.includes(name) && destination.profile.keeps.includes(name)
  const switches = SWITCHES.flatMap((name, at) => {
    const is = (standing.switches & (1 << at)) !== 0
    const was = wanted[name] === true
    return told(name) && was !== is ? [saidOf(name, was)] : []
  })
  if (!told('keywords')) return switches
  const keywords = wanted.keywords ?? []
  const kept = destination.keywordsAsKept?.(keywords) ?? keywords
  const pairs = keywords.map((name, at): Wanted => ({ name, kept: kept[at] ?? name }))
  return [...switches, ...alteredKeywords(pairs, standing.keywords)]
}

function saidOf(name: Switch, was: boolean): string {
  const [no, yes] = WORDS[name]
  const deed = was ? 'changed that' : (DEEDS[name] ?? 'changed that')
  return `At the source it is ${was ? yes : no}, and the copy is ${was ? no : yes}: somebody may have ${deed} there since, or the server did not keep it.`
}

/** Servers may know a keyword by the letters in which it was first used (Dovecot), and its Unicode is composed on the way. */
const fold = (keyword: string): string => keyword.normalize('NFC').toLowerCase()

interface Wanted {
  readonly name: string
  /** As the destination tells it. */
  readonly kept: string
}

const quoted = (keywords: readonly string[]): string =>
  [...new Set(keywords)]
    .sort()
    .map((keyword) => `"${keyword}"`)
    .join(', ')

function alteredKeywords(wanted: readonly Wanted[], standing: readonly string[]): readonly string[] {
  const [there, expected] = [new Set(standing.map(fold)), new Set(wanted.map(({ kept }) => fold(kept)))]
  const lost = wanted.filter(({ kept }) => !there.has(fold(kept))).map(({ name }) => name)
  const more = standing.filter((keyword) => !expected.has(fold(keyword)))
  const said = wanted
    .filter(({ name, kept }) => fold(name) !== fold(kept) && there.has(fold(kept)))
    .map(({ name, kept }) => `The category or label "${name}" is called "${kept}" there: the server does not take it as it is.`)
  if (lost.length > 0) {
    said.push(
      `The copy lacks the category or label ${quoted(lost)}: somebody may have taken it off there since, or the server did not keep it.`,
    )
  }
  if (more.length > 0)
    said.push(`The copy has the category or label ${quoted(more)}, which the source has not: somebody may have set it there.`)
  return said
}
