import { expect } from 'vitest'
import type { Standing } from './files-end.ts'
import type { FilesScene } from './files-scene.ts'
import { keyOf, type Meant } from './files-source.ts'

interface Written {
  readonly login: string
  readonly path: string
  readonly sha256: string
}

/** What people have done at the destination, who are right about it. */
export interface FileDeeds {
  /** What must stand as it is. */
  readonly written: Written[]
  /** Keys of what they have changed, moved or deleted. */
  readonly keys: Set<string>
  readonly deleted: Set<string>
}

export const noFileDeeds = (): FileDeeds => ({ written: [], keys: new Set(), deleted: new Set() })

/** As it is documented: composed, and a slash in its full width. Nothing else is refused of what these tests name. */
const encoded = (path: readonly string[]): string => path.map((name) => name.normalize('NFC').replaceAll('/', '\uff0f')).join('/')

/** `stem (abcd1234).ext` -> `stem.ext`: what the second of one name is called. */
const bare = (path: string): string => path.replace(/ \([0-9a-f]{8}\)(?=(\.[^./]*)?$)/, '')

/** A name that some folder of the test has or has had: its old one is left behind, empty, because nothing is ever deleted. */
const isFormer = (path: string): boolean => path.split('/').every((name) => /^(Folder 1(, name \d+)?|Inner)$/.test(name))

interface Bad {
  readonly lost: string[]
  readonly doubled: string[]
  /** They stand, under another name or with other bytes than at the source. */
  readonly different: string[]
  readonly misdated: string[]
  /** Nobody knows where they come from. */
  readonly strange: string[]
  /** A person's that are not as the person left them. */
  readonly trampled: string[]
  readonly leftovers: string[]
}

interface Compared {
  readonly expected: number
  readonly found: number
  /** Of those that a person has changed, moved or deleted: written once more. */
  readonly again: number
  readonly bad: Bad
}

export interface Sides {
  readonly meant: readonly Meant[]
  readonly stored: readonly Standing[]
  readonly dated: boolean
  readonly written: readonly Written[]
}

/**
 * Where a write over a copy was broken off, nothing tells a person's text from a state of the source's own that the file has had meanwhile, nor a file
 * that a person has moved or removed from one that we were about to move: then it is written once more, beside what the person has made of it. That
 * may be one copy of each, as the source has it now, in its own folder.
 */
function writtenAgain(ours: readonly Standing[], meant: readonly Meant[], { keys }: FileDeeds): ReadonlySet<Standing> {
  const found = ours.filter((one) => keys.has(keyOf(one.path)) && meant.some((wanted) => isSame(wanted, one)))
  return new Set(new Map(found.map((one) => [keyOf(one.path), one])).values())
}

const isSame = (one: Meant, { path, folder, sha256 }: Standing): boolean =>
  folder === one.folder && sha256 === one.sha256 && (path === encoded(one.path) || (!folder && bare(path) === encoded(one.path)))

/** Only what the source has twice under one name may bear digits, and only the second of them. */
function isNamedInVain({ meant, stored }: Pick<Sides, 'meant' | 'stored'>, { path, folder }: Meant, match: Standing): boolean {
  const name = encoded(path)
  if (match.path === name) return false
  const twins = meant.filter((other) => !folder && !other.folder && encoded(other.path) === name)
  return twins.length < 2 || !stored.some((other) => other.path === name)
}

/** What one account has against what it should have. */
export function held(
  { meant, stored, dated, written }: Sides,
  deeds: FileDeeds,
): Omit<Compared, 'bad'> & { readonly bad: Omit<Bad, 'leftovers'> } {
  const bad = { lost: [] as string[], doubled: [] as string[], different: [] as string[], misdated: [] as string[] }
  const theirs = (path: string): boolean => written.some((one) => one.path === path)
  const own = new Set(written.map(({ path }) => path.split('/').slice(0, -1).join('/')))
  const left = new Set(stored.filter(({ path }) => !theirs(path)))
  const free = meant.filter(({ path, folder }) => folder || !deeds.keys.has(keyOf(path.at(-1) ?? '')))
  for (const one of free) {
    const name = encoded(one.path)
    // Its own name first.
    const match = [...left].find((other) => isSame(one, other) && other.path === name) ?? [...left].find((other) => isSame(one, other))
    if (match === undefined) {
      const stands = [...left].find(({ path, folder }) => !folder && !one.folder && keyOf(path) === keyOf(name))
      if (stands === undefined) bad.lost.push(name)
      else bad.different.push(`${name} stands as ${stands.path}`)
      continue
    }
    left.delete(match)
    if (isNamedInVain({ meant, stored }, one, match)) bad.different.push(`${name} stands as ${match.path}`)
    if (dated && match.modified !== Math.floor(one.modifiedAt / 1000))
      bad.misdated.push(`${name}: ${new Date(match.modified * 1000).toISOString()} instead of ${new Date(one.modifiedAt).toISOString()}`)
  }
  const ours = [...left].filter(({ path, folder }) => !(folder && (isFormer(path) || own.has(path))))
  const again = writtenAgain(ours, meant, deeds)
  const rest = ours.filter((one) => !again.has(one))
  const known = new Set(meant.map(({ path }) => keyOf(path.at(-1) ?? '')))
  const isKnown = ({ path, folder }: Standing): boolean => !folder && keyOf(path) !== '' && known.has(keyOf(path))
  const shas = new Map(stored.map(({ path, sha256 }) => [path, sha256]))
  return {
    expected: meant.filter(({ folder }) => !folder).length,
    found: stored.filter(({ folder }) => !folder).length,
    again: again.size,
    bad: {
      ...bad,
      doubled: rest.filter((one) => isKnown(one) && !deeds.deleted.has(keyOf(one.path))).map(({ path }) => path),
      strange: rest.filter((one) => !isKnown(one)).map(({ path }) => path),
      trampled: [
        ...rest.filter((one) => isKnown(one) && deeds.deleted.has(keyOf(one.path))).map(({ path }) => path),
        ...written.filter(({ path, sha256 }) => shas.get(path) !== sha256).map(({ path }) => path),
      ],
    },
  }
}

async function compare({ source, end, lab }: FilesScene, address: string, deeds: FileDeeds): Promise<Compared> {
  const login = lab.loginOf(address)
  const written = deeds.written.filter((one) => one.login === login)
  const sides = { meant: await source.meant(address), stored: await end.stored(login), dated: end.dated, written }
  const { bad, ...counts } = held(sides, deeds)
  return { ...counts, bad: { ...bad, leftovers: [...(await end.leftovers(login))] } }
}

/** Compares every account, counts, prints what came out, and holds it against the promise. */
export async function reckonFiles(on: FilesScene, what: string, deeds: FileDeeds): Promise<void> {
  const all = await Promise.all(on.addresses.map((address) => compare(on, address, deeds)))
  const joined = (sort: keyof Bad): readonly string[] => all.flatMap(({ bad }) => bad[sort])
  const sum = (pick: (one: Compared) => number): number => all.reduce((total, one) => total + pick(one), 0)
  const bad = {
    lost: joined('lost'),
    doubled: joined('doubled'),
    different: joined('different'),
    misdated: joined('misdated'),
    strange: joined('strange'),
    trampled: joined('trampled'),
    leftovers: joined('leftovers'),
    violations: [...(await on.source.violations()), ...(await on.end.violations())],
  }
  on.say(
    `${what}. ${on.addresses.length} accounts, ${sum(({ expected }) => expected)} files: ${sum(({ found }) => found)} stand, ` +
      `${bad.lost.length} lost, ${bad.doubled.length} doubled, ${bad.different.length} other than at the source, ` +
      `${on.end.dated ? `${bad.misdated.length} misdated` : 'dates not kept by this server'}, ${bad.strange.length} strange, ${bad.leftovers.length} uploads left; ` +
      `${deeds.keys.size} changed, moved or deleted by people at ${on.end.name}, ${bad.trampled.length} of these touched, ${sum(({ again }) => again)} written once more beside them. ` +
      `${on.proxy.asked('PUT')} PUTs, ${on.proxy.asked('POST')} bulk uploads, ${on.proxy.asked('MOVE')} MOVEs, ${Math.round(on.proxy.bytesUp() / 1e6)} MB, ` +
      `${await on.source.requests()} requests at the source; ${await on.end.faults()}; ${bad.violations.length} rules broken.`,
  )
  if (Object.values(bad).some((names) => names.length > 0)) on.say(`papers kept in ${await on.keepPapers()}`)
  expect(bad, JSON.stringify(bad)).toEqual({
    lost: [],
    doubled: [],
    different: [],
    misdated: [],
    strange: [],
    trampled: [],
    leftovers: [],
    violations: [],
  })
}
