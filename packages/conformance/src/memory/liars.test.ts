import { asFault, type Destination, type Source } from '@offramp/core'
import { expect, test } from 'vitest'
import { lookingCases } from '../destination/looking.ts'
import { overCases } from '../destination/over.ts'
import { placeCases } from '../destination/places.ts'
import { writingCases } from '../destination/writing.ts'
import type { DestinationLab, SourceLab } from '../lab.ts'
import { changeCases } from '../source/changes.ts'
import { itemCases } from '../source/items.ts'
import { listingCases } from '../source/listing.ts'
import { memoryDestinationLab, memorySourceLab } from './memory-labs.ts'

/** A connector that breaks one promise, and the case that must say so. */
interface Liar<C, Lab> {
  readonly case: string
  lie(honest: C, lab: Lab): Partial<C>
}

const never = { signal: new AbortController().signal }

const DESTINATIONS: Readonly<Record<string, Liar<Destination, DestinationLab>>> = {
  'writes after the caller has broken off': {
    case: 'put: writes nothing once the caller has broken off',
    lie: ({ put }) => ({
      async put(place, item, over) {
        await put(place, item, over, never)
        throw new Error('broken off')
      },
    }),
  },
  'forgets when an item was received': {
    case: 'put: keeps when the item was received',
    lie: ({ put }) => ({
      put: (place, item, over, call) => put(place, { ...item, traits: { ...item.traits, receivedAt: 0 } }, over, call),
    }),
  },
  'writes anew over a receipt': {
    case: 'put over: flags change on that very copy',
    lie: ({ put }) => ({ put: (place, item, _over, call) => put(place, item, undefined, call) }),
  },
  "overwrites a person's change": {
    case: 'put over: what a person changed stays so',
    lie: ({ put, find }) => ({
      async put(place, item, over, call) {
        const [fresh] = over ? await find(item, [{ place: over.place }], call) : []
        return put(place, item, fresh ?? over, call)
      },
    }),
  },
  'brings back what a person deleted': {
    case: 'put over: what a person deleted stays deleted',
    lie: ({ put }) => ({
      async put(place, item, over, call) {
        const answer = await put(place, item, over, call)
        return 'kept' in answer ? put(place, item, undefined, call) : answer
      },
    }),
  },
  'finds by header alone': {
    case: 'find: not what merely shares a natural key',
    lie: ({ walk }) => ({
      async find(item, where, call) {
        const found = []
        for (const search of where)
          for await (const one of walk(search, call)) if (one.naturalKey === item.naturalKey) found.push(one.receipt)
        return found
      },
    }),
  },
  'finds below the mark': {
    case: 'find: not below the mark, and all above it',
    lie: ({ find }) => ({
      find: (item, where, call) =>
        find(
          item,
          where.map(({ place }) => ({ place })),
          call,
        ),
    }),
  },
  'walks from the start whatever the mark': {
    case: 'walk: only what came after the mark',
    lie: ({ walk }) => ({ walk: ({ place }, call) => walk({ place }, call) }),
  },
  'drops what is not equal': {
    case: 'dropDouble: leaves what is not equal, what is alone, and what is one',
    lie: (_honest, { person }) => ({
      async dropDouble(extra) {
        await person.remove(extra)
        return true
      },
    }),
  },
  'takes a refusal for an unknown outcome': {
    case: 'put: what is refused is a fault of the item, and its neighbours arrive',
    lie: ({ put }) => ({
      put: (place, item, over, call) =>
        put(place, item, over, call).catch((thrown: unknown) => {
          throw asFault(asFault(thrown).message)
        }),
    }),
  },
  'gives each process places of its own': {
    case: 'prepare: twice, and in another process, gives the same place',
    lie: ({ prepare }) => ({ prepare: async (collection, call) => ({ ...(await prepare(collection, call)), id: 'mine' }) }),
  },
}

const SOURCES: Readonly<Record<string, Liar<Source, SourceLab>>> = {
  'leaves out the last of a page': {
    case: 'page: to the last, names each item once and no other',
    lie: ({ page }) => ({
      async page(listing, after, limit, call) {
        const answer = await page(listing, after, limit, call)
        return { ...answer, refs: answer.refs.slice(0, 1) }
      },
    }),
  },
  'starts anew when the cursor is dead, and says nothing': {
    case: 'page: a cursor that the server has forgotten is a fault of the listing',
    lie: ({ page }) => ({
      page: (listing, after, limit, call) => page(listing, after, limit, call).catch(() => page(listing, undefined, limit, call)),
    }),
  },
  'gives a moved item a new id': {
    case: 'changes: a moved item keeps its id, has a new version, and is at home where it went',
    lie: ({ page }) => ({
      async page(listing, after, limit, call) {
        const answer = await page(listing, after, limit, call)
        return { ...answer, refs: answer.refs.map((ref) => ({ ...ref, id: `${ref.id}@${ref.version}` })) }
      },
    }),
  },
  'calls what is gone a failed call': {
    case: 'open: what is gone is a fault of the item',
    lie: ({ open }) => ({
      open: (ref, call) =>
        open(ref, call).catch((thrown: unknown) => {
          throw asFault(asFault(thrown).message)
        }),
    }),
  },
  'gives another body each time': {
    case: 'body: may be read again, from the first byte, and is the same',
    lie: ({ open }) => ({
      async open(ref, call) {
        let times = 0
        const item = await open(ref, call)
        return {
          ...item,
          async *body(asked) {
            yield* item.body(asked)
            yield new TextEncoder().encode(String(times++))
          },
        }
      },
    }),
  },
}

const destinationCases = [...placeCases, ...writingCases, ...overCases, ...lookingCases]
const sourceCases = [...listingCases, ...changeCases, ...itemCases]

for (const [what, liar] of Object.entries(DESTINATIONS)) {
  test(`the suite catches a destination that ${what}`, async () => {
    const lab = memoryDestinationLab()
    const lying = { ...lab, destination: { ...lab.destination, ...liar.lie(lab.destination, lab) } }
    const found = destinationCases.find(({ name }) => name === liar.case)
    expect(found, `there is no case "${liar.case}"`).toBeDefined()
    await expect(found?.run(lying)).rejects.toThrow()
    await found?.run(memoryDestinationLab())
  })
}

for (const [what, liar] of Object.entries(SOURCES)) {
  test(`the suite catches a source that ${what}`, async () => {
    const lab = memorySourceLab()
    const lying = { ...lab, source: { ...lab.source, ...liar.lie(lab.source, lab) } }
    const found = sourceCases.find(({ name }) => name === liar.case)
    expect(found, `there is no case "${liar.case}"`).toBeDefined()
    await expect(found?.run(lying)).rejects.toThrow()
    await found?.run(memorySourceLab())
  })
}
