import { createHash, randomBytes } from 'node:crypto'
import { type Call, Fault, type Item, type Receipt } from '@offramp/core'
import type { WireAnswer } from '@offramp/wire'
import { isRefusal } from '../faults.ts'
import { receiptOf } from './adopt.ts'
import { contentOf, hashing, hold } from './content.ts'
import { type FilesDesk, folderHref } from './desk.ts'
import { BULK_FOLDER, BULK_ITEM_BYTES } from './limits.ts'
import { sameName } from './names/encode.ts'
import { factsOf } from './ocs.ts'
import type { Held } from './pool.ts'
import { namesIn } from './stat.ts'
import { dateHeaders } from './write.ts'

/** A file that goes with others, and the name that was just seen to be free. */
interface Part {
  readonly item: Item
  readonly name: string
}

/** Small files alone, and none of no bytes: Nextcloud 24 refuses the whole for one of those. */
const isSmall = ({ size, versions, traits }: Item): boolean =>
  size !== undefined && size > 0 && size <= BULK_ITEM_BYTES && versions === undefined && traits.modifiedAt !== undefined

/**
 * Items that may go in bulk, by their names. It overwrites silently, so only names that a listing of the folder shows to be free, that no other item
 * of this batch has, and that nobody in this process is writing. None in a folder so large that the listing would cost more than it saves.
 */
export async function partsFor(
  desk: FilesDesk,
  { place, named }: { readonly place: string; readonly named: readonly Part[] },
  call: Call,
): Promise<readonly Part[]> {
  const small = desk.server.bulk ? named.filter(({ item }) => isSmall(item)) : []
  if (small.length < 2 || desk.folders.large.has(place)) return []
  const key = (name: string): string => sameName(name, desk.server.rules)
  const there = await namesIn(desk, { href: folderHref(desk, place), most: BULK_FOLDER }, call)
  if (there === 'many') desk.folders.large.add(place)
  if (there === undefined || there === 'many') return []
  const standing = new Set([...there].map(key))
  const counts = new Map<string, number>()
  for (const { name } of named) counts.set(key(name), (counts.get(key(name)) ?? 0) + 1)
  // Paths travel in headers: blanks at their ends are lost, and older servers cut them at a colon.
  const isPlain = (name: string): boolean => name === name.trim() && !pathOf(place, name).includes(':')
  return small.filter(
    ({ name }) => isPlain(name) && !standing.has(key(name)) && counts.get(key(name)) === 1 && !desk.folders.busy.has(`${place}\n${name}`),
  )
}

interface Loaded extends Part {
  readonly held: Held
  readonly md5: string
  readonly hash: string
}

/**
 * Many small files in one request. The server checks the MD5 of each, so that what it says it has is proved. What it says nothing of, or an error, is
 * left to be written alone: a part that it does not like ends the whole, and those before it are there.
 */
export async function uploadBulk(
  desk: FilesDesk,
  { place, parts }: { readonly place: string; readonly parts: readonly Part[] },
  call: Call,
): Promise<ReadonlyMap<Item, Receipt | Fault>> {
  const answers = new Map<Item, Receipt | Fault>()
  const loaded: Loaded[] = []
  try {
    for (const part of parts) {
      try {
        const held = await hold(desk.pool, contentOf(part.item), call)
        const [md5, hash] = [createHash('md5').update(held.buffer).digest('hex'), hashing().update(held.buffer).digest('hex')]
        loaded.push({ ...part, held, md5, hash })
      } catch (thrown) {
        // One that its source does not give is that one's trouble alone.
        if (call.signal.aborted || !(thrown instanceof Fault)) throw thrown
        answers.set(part.item, thrown)
      }
    }
    if (loaded.length > 0) await send(desk, { place, loaded, answers }, call)
    return answers
  } finally {
    for (const { held } of loaded) held.free()
  }
}

interface Sending {
  readonly place: string
  readonly loaded: readonly Loaded[]
  readonly answers: Map<Item, Receipt | Fault>
}

const pathOf = (place: string, name: string): string => `${place === '/' ? '' : place}/${name}`

function bodyOf(place: string, loaded: readonly Loaded[], boundary: string): Buffer {
  const chunks = loaded.flatMap(({ item, name, held, md5 }) => {
    const headers = {
      ...dateHeaders({ modifiedAt: item.traits.modifiedAt, createdAt: undefined }),
      'Content-Length': String(held.buffer.length),
      'X-File-MD5': md5,
      'X-File-Path': pathOf(place, name),
    }
    const lines = Object.entries(headers).map(([key, value]) => `${key}: ${value}\r\n`)
    return [Buffer.from(`--${boundary}\r\n${lines.join('')}\r\n`), held.buffer, Buffer.from('\r\n')]
  })
  return Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)])
}

async function send(desk: FilesDesk, { place, loaded, answers }: Sending, call: Call): Promise<void> {
  const boundary = `offramp-${randomBytes(16).toString('hex')}`
  const told = factsOf(await ask(desk, bodyOf(place, loaded, boundary), boundary, call))
  for (const { item, name, held, hash } of loaded) {
    const said = factsOf(told[pathOf(place, name)])
    if (said['error'] !== false) continue
    const etag = typeof said['etag'] === 'string' && said['etag'] !== '' ? said['etag'] : undefined
    answers.set(item, receiptOf({ place, name }, { size: held.buffer.length, hash: hash.slice(0, 16), etag }))
  }
}

/** The answer's JSON. A refusal bears what was written before the bad part; it is looked at as well. */
async function ask({ client, server }: FilesDesk, body: Buffer, boundary: string, call: Call): Promise<unknown> {
  const headers = {
    'content-type': `multipart/related; boundary=${boundary}`,
    'content-length': String(body.length),
    accept: 'application/json',
  }
  try {
    const answer: WireAnswer = await client.send(
      { method: 'POST', href: `${server.webRoot}/remote.php/dav/bulk`, asks: 'upload', body, headers, timeoutMs: 600_000 },
      call,
    )
    return parsed(await answer.text())
  } catch (thrown) {
    if (isRefusal(thrown) && thrown.reach !== 'account') return {}
    throw thrown
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
