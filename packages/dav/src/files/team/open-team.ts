import { type Call, Fault, type TeamAccess, type TeamMember, type TeamOpened, type TeamRights, type TeamRule } from '@offramp/core'
import { isRefusal } from '../../faults.ts'
import { type FilesDesk, fileHref, folderHref, isTemporary, partsOf } from '../desk.ts'
import { wordsOf } from '../ocs.ts'
import { type AclLine, aclKey, lineKey, readLists, sameLines, writeList } from './access-list.ts'
import { tidyArrivals } from './arrivals.ts'
import { isLater } from './later-folder.ts'
import { ownLines, placeOfTeam, stateOf, type TeamAt } from './make-team.ts'
import { ALL, BITS, FILE_BITS, LEVELS, makeTeamApi, ownGroup, type TeamApi, type TeamFacts } from './team-api.ts'
import { noAdmin, notSet, theirs } from './team-faults.ts'

/** Who of the rights is at this server, by the id there. */
type Known = ReadonlyMap<string, string>

const keyOf = ({ kind, id }: TeamMember): string => `${kind} ${id}`

interface Wanted {
  readonly rule: TeamRule
  readonly href: string
  readonly lines: readonly AclLine[]
}

/** The account that moves: it is in already, and its line is its own. */
const isMover = ({ desk }: Pick<TeamAt, 'desk'>, { kind, id }: TeamMember): boolean => kind === 'user' && id === desk.server.user

function wantedOf(at: TeamAt, rule: TeamRule, known: Known): Wanted {
  const { place, locator, access } = rule
  const allowed = locator === undefined ? ALL : FILE_BITS
  const lines = access.flatMap(({ kind, id, may }): readonly AclLine[] => {
    const is = known.get(keyOf({ kind, id }))
    return is === undefined || isMover(at, { kind, id: is }) ? [] : [{ type: kind, id: is, mask: ALL, bits: BITS[may] & allowed }]
  })
  const href = locator === undefined ? folderHref(at.desk, place) : fileHref(at.desk, place, locator)
  return { rule, href, lines: [...ownLines(at), ...lines] }
}

const depthOf = ({ place, locator }: TeamRule): number => partsOf(place).length + (locator === undefined ? 0 : 1)

/** The most that a user may do, by the id at this server. */
interface Guest {
  readonly member: TeamMember
  readonly id: string
  readonly most: Exclude<TeamAccess, 'none'>
}

interface Scene extends TeamAt {
  readonly api: TeamApi
  readonly team: TeamFacts
  readonly isOpen: boolean
}

/** Who of the rights is there, and of whom it is not so. */
async function look(
  api: TeamApi,
  { members }: TeamRights,
  call: Call,
): Promise<{ readonly known: Known; readonly refused: TeamOpened['members'] }> {
  const known = new Map<string, string>()
  const refused: TeamOpened['members'][number][] = []
  for (const { kind, id } of members) {
    const is = await api.idOf({ kind, id }, call)
    if (is !== undefined) known.set(keyOf({ kind, id }), is)
    else refused.push({ kind, id, state: 'refused', why: `There is no ${kind === 'user' ? 'account' : 'group'} ${id} there.` })
  }
  return { known, refused }
}

/** Deepest first. Whoever is named nowhere has nothing: the root always has a list. */
function allWanted(at: TeamAt, { rules }: TeamRights, known: Known): readonly Wanted[] {
  const root = placeOfTeam(at)
  const isAtRoot = ({ place, locator }: TeamRule): boolean => place === root && locator === undefined
  const all = rules.some(isAtRoot) ? rules : [...rules, { place: root, access: [] }]
  return all.map((rule) => wantedOf(at, rule, known)).toSorted((a, b) => depthOf(b.rule) - depthOf(a.rule))
}

/** Who is let in: rules first, from the deepest to the root, each looked at once it is written; then groups; people last. */
export async function openTeam(at: TeamAt, rights: TeamRights, call: Call): Promise<TeamOpened> {
  const { admin, name, desk } = at
  if (admin === undefined) throw noAdmin(desk.client.host, name)
  const api = makeTeamApi(admin)
  const team = await api.find(name, call)
  const state = team === undefined ? 'theirs' : stateOf(team)
  if (team === undefined || state === 'theirs') throw theirs(name)
  const { known, refused } = await look(api, rights, call)
  const scene: Scene = { ...at, api, team, isOpen: state === 'open' }
  const { kept, closed } = await setLists(scene, { wanted: allWanted(at, rights, known), ...wishOf(at, rights) }, call)
  const guests = rights.members.flatMap(({ kind, id, most }): readonly Guest[] => {
    const is = known.get(keyOf({ kind, id }))
    return is === undefined || most === 'none' ? [] : [{ member: { kind, id }, id: is, most }]
  })
  const isInside = ({ member: { kind }, id }: Guest): boolean => isMover(at, { kind, id })
  const inside = guests.filter(isInside).map(({ member }) => ({ ...member, state: 'already' as const }))
  const others = guests.filter((guest) => !isInside(guest))
  const members = [...(await letIn(scene, others, call)), ...inside, ...refused]
  await tidyArrivals(at, call)
  return { members, kept, ...(closed === 0 ? {} : { closed }) }
}

/** By addresses, which is how lists are told. */
function wishOf(at: TeamAt, { places, isKnown }: TeamRights): Omit<Setting, 'wanted'> {
  return {
    places,
    isKnown(href) {
      if (isKnown === undefined) return true
      const parts = partsOf(shown(at.desk, href))
      return isKnown(`/${parts.join('/')}`) || isKnown(`/${parts.slice(0, -1).join('/')}`, parts.at(-1) ?? '')
    },
  }
}

type Lists = ReadonlyMap<string, { readonly href: string; readonly lines: readonly AclLine[] }>

async function standingLists({ desk }: TeamAt, places: readonly string[], call: Call): Promise<Lists> {
  const all = new Map<string, { readonly href: string; readonly lines: readonly AclLine[] }>()
  for (const place of places)
    for (const [key, list] of await readLists(desk, { href: folderHref(desk, place), depth: '1' }, call)) all.set(key, list)
  return all
}

interface Setting {
  readonly wanted: readonly Wanted[]
  readonly places: readonly string[]
  /** Whether the rights were made with a folder or file that has this address. */
  isKnown(href: string): boolean
}

/**
 * Lists that stand and are no longer asked for. Before anybody is in they are of an attempt that was broken off, and go. Afterwards they stay, and what
 * they close stays closed to whoever comes later.
 */
async function settleOthers(
  scene: Scene,
  { wanted, standing, isKnown }: Setting & { readonly standing: Lists },
  call: Call,
): Promise<void> {
  const now = new Set(wanted.map(({ href }) => aclKey(href)))
  const [own] = ownLines(scene)
  const closed = wanted.flatMap(({ lines }) => lines).map((line) => ({ ...line, bits: 0 }))
  for (const [key, { href, lines }] of standing) {
    if (now.has(key) || (scene.isOpen && isLater(scene, lines) && isKnown(href))) continue
    const isOurs = own !== undefined && lines.some((line) => lineKey(line) === lineKey(own))
    const next = scene.isOpen ? (isOurs ? joined(lines, unique(closed)) : lines) : []
    if (!sameLines(lines, next)) await set(scene, { href, lines: next }, call)
  }
}

const unique = (lines: readonly AclLine[]): readonly AclLine[] => [...new Map(lines.map((line) => [lineKey(line), line])).values()]

/** Before anybody is in, lists are made as they are wanted; afterwards a line that stands is somebody's, and only what is new is added. */
async function setLists(
  scene: Scene,
  setting: Setting,
  call: Call,
): Promise<{ readonly kept: readonly TeamRule[]; readonly closed: number }> {
  const { wanted, places, isKnown } = setting
  const standing = await standingLists(scene, [...new Set([...places, ...wanted.map(({ rule }) => rule.place)])], call)
  await settleOthers(scene, { ...setting, standing }, call)
  const kept: TeamRule[] = []
  for (const { rule, href, lines } of wanted) {
    const stands = standing.get(aclKey(href))?.lines ?? []
    const isKept = scene.isOpen && !isLater(scene, stands)
    const next = isKept ? joined(stands, lines) : lines
    if (isKept && differs(stands, lines)) kept.push(rule)
    if (!sameLines(stands, next)) await set(scene, { href, lines: next }, call)
  }
  // What came later and is open to whom its folder is: by now everything in it that is not has a list of its own.
  const now = new Set(wanted.map(({ href }) => aclKey(href)))
  const later = [...standing].filter(([key, { lines }]) => scene.isOpen && !now.has(key) && isLater(scene, lines)).map(([, one]) => one)
  for (const { href } of later.filter((one) => isKnown(one.href))) await set(scene, { href, lines: [] }, call)
  const closed = later.filter(({ href }) => !isKnown(href) && !isTemporary(partsOf(aclKey(href)).at(-1) ?? '')).length
  return { kept, closed }
}

async function set(
  { desk, name }: TeamAt,
  { href, lines }: { readonly href: string; readonly lines: readonly AclLine[] },
  call: Call,
): Promise<void> {
  call.signal.throwIfAborted()
  let isSet: boolean
  try {
    isSet = await writeList(desk, href, lines, call)
  } catch (thrown) {
    if (!isRefusal(thrown) || thrown.said.status >= 500) throw thrown
    // Somebody has removed it meanwhile, and a list goes with what it is about.
    if (isRefusal(thrown, 404, 410)) return
    throw notSet(name, `${shown(desk, href)}: ${wordsOf(thrown)}`)
  }
  if (!isSet) throw notSet(name, shown(desk, href))
}

const shown = ({ server }: FilesDesk, href: string): string => aclKey(href).slice(aclKey(server.root).length)

function joined(stands: readonly AclLine[], lines: readonly AclLine[]): readonly AclLine[] {
  const known = new Set(stands.map(lineKey))
  return [...stands, ...lines.filter((line) => !known.has(lineKey(line)))]
}

const differs = (stands: readonly AclLine[], lines: readonly AclLine[]): boolean =>
  lines.some((line) => stands.some((other) => lineKey(other) === lineKey(line) && (other.bits !== line.bits || other.mask !== line.mask)))

async function letIn({ api, team, name }: Scene, guests: readonly Guest[], call: Call): Promise<TeamOpened['members']> {
  const done: TeamOpened['members'][number][] = []
  for (const level of LEVELS) {
    const own = ownGroup(name, level)
    const here = guests.filter(({ member, most }) => member.kind === 'user' && most === level)
    if (here.length === 0) continue
    if (team.groups.get(own) !== BITS[level]) await api.letIn(team, own, BITS[level], call)
    const inside = new Set(await api.membersOf(own, call))
    for (const { member, id } of here) done.push({ ...member, ...(await enter(api, { own, id, inside }, call)) })
  }
  for (const { member, id, most } of guests.filter((guest) => guest.member.kind === 'group')) {
    const before = team.groups.get(id)
    // What the app gives a group by itself: somebody was stopped before it was made less.
    const isWhole = before === ALL
    if (before === undefined || isWhole) await api.letIn(team, id, BITS[most], call)
    done.push({ ...member, state: before === undefined ? 'joined' : 'already' })
  }
  return done
}

interface Entering {
  readonly own: string
  readonly id: string
  readonly inside: ReadonlySet<string>
}

async function enter(
  api: TeamApi,
  { own, id, inside }: Entering,
  call: Call,
): Promise<{ readonly state: 'joined' | 'already' | 'refused'; readonly why?: string }> {
  if (inside.has(id)) return { state: 'already' }
  try {
    await api.join(id, own, call)
    return { state: 'joined' }
  } catch (thrown) {
    if (!(thrown instanceof Fault) || !isRefusal(thrown) || thrown.said.status >= 500) throw thrown
    return { state: 'refused', why: `The server does not let it in: ${wordsOf(thrown)}.` }
  }
}
