import type { gmail_v1 } from '@googleapis/gmail'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { ANNA, type TestDomain, testDomain } from '../test-domain.ts'

/** What a client does that keeps a copy of which labels each message has: no more than the API's words allow. */
class Mirror {
  readonly #domain: TestDomain
  readonly labels = new Map<string, Set<string>>()
  /** Called between requests: the owner acts then. */
  readonly #between: () => Promise<void>
  at = ''
  relists = 0

  constructor(domain: TestDomain, between: () => Promise<void>) {
    this.#domain = domain
    this.#between = between
  }

  async relist(): Promise<void> {
    this.relists += 1
    this.labels.clear()
    // Before the first page: what changes from now on is replayed.
    this.at = this.#domain.get<gmail_v1.Schema$Profile>('profile').json.historyId ?? ''
    let token: string | null | undefined
    do {
      const page = this.#domain.get<gmail_v1.Schema$ListMessagesResponse>(
        `messages?maxResults=4&includeSpamTrash=true${token ? `&pageToken=${token}` : ''}`,
      ).json
      for (const { id } of page.messages ?? []) await this.#read(id ?? '')
      token = page.nextPageToken
      await this.#between()
    } while (token)
  }

  async catchUp(): Promise<void> {
    let token: string | null | undefined
    let newest = this.at
    do {
      const { status, json } = this.#domain.get<gmail_v1.Schema$ListHistoryResponse>(
        `history?maxResults=3&startHistoryId=${this.at}${token ? `&pageToken=${token}` : ''}`,
      )
      if (status === 404) return this.relist()
      for (const record of json.history ?? []) await this.#replay(record)
      newest = json.historyId ?? newest
      token = json.nextPageToken
      if (token) await this.#between()
    } while (token)
    this.at = newest
  }

  async #read(id: string): Promise<void> {
    const { status, json } = this.#domain.get<gmail_v1.Schema$Message>(`messages/${id}?format=minimal&fields=labelIds`)
    if (status === 200) this.labels.set(id, new Set(json.labelIds ?? []))
    await this.#between()
  }

  async #replay({ messagesAdded, messagesDeleted, labelsAdded, labelsRemoved }: gmail_v1.Schema$History): Promise<void> {
    for (const { message } of messagesAdded ?? []) await this.#read(message?.id ?? '')
    for (const { message, labelIds } of labelsAdded ?? []) for (const id of labelIds ?? []) this.labels.get(message?.id ?? '')?.add(id)
    for (const { message, labelIds } of labelsRemoved ?? []) for (const id of labelIds ?? []) this.labels.get(message?.id ?? '')?.delete(id)
    for (const { message } of messagesDeleted ?? []) this.labels.delete(message?.id ?? '')
  }

  /** Labels that are gone from the list are gone from messages, and no history says so. */
  shown(): readonly (readonly [string, readonly string[]])[] {
    const known = new Set((this.#domain.get<gmail_v1.Schema$ListLabelsResponse>('labels').json.labels ?? []).map(({ id }) => id))
    return [...this.labels].map(([id, labels]) => [id, [...labels].filter((each) => known.has(each)).toSorted()] as const).toSorted(byId)
  }
}

const byId = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number => (left < right ? -1 : 1)

const ACTS = ['add', 'draft', 'star', 'read', 'label', 'archive', 'trash', 'remove', 'edit', 'drop-label', 'expire', 'nothing'] as const

async function perform({ desk }: TestDomain, act: (typeof ACTS)[number], pick: number): Promise<void> {
  const all = await desk.messages()
  const fitting = act === 'edit' ? all.filter(({ labelIds }) => labelIds.includes('DRAFT')) : all
  const message = fitting[pick % Math.max(1, fitting.length)]
  const toggle = (label: string) => (message?.labelIds.includes(label) ? { remove: [label] } : { add: [label] })
  const bytes = Buffer.from(`Subject: ${pick}\r\n\r\n`)
  if (act === 'add') await desk.add(bytes, { labels: ['INBOX'], internalDate: pick * 1e9 })
  else if (act === 'draft') await desk.add(bytes, { labels: ['DRAFT'] })
  else if (act === 'expire') await desk.expireHistory()
  else if (act === 'drop-label') {
    const own = (await desk.labels()).filter(({ type }) => type === 'user')
    const label = own[pick % Math.max(1, own.length)]
    if (label) await desk.deleteLabel(label.id)
  } else if (!message || act === 'nothing') return
  else if (act === 'star') await desk.relabel(message.id, toggle('STARRED'))
  else if (act === 'read') await desk.relabel(message.id, toggle('UNREAD'))
  else if (act === 'archive') await desk.relabel(message.id, { remove: ['INBOX'] })
  else if (act === 'label') await desk.relabel(message.id, { add: [`Label ${pick % 3}`] })
  else if (act === 'trash') await desk.trash(message.id)
  else if (act === 'remove') await desk.remove(message.id)
  else await desk.editDraft(message.id, bytes)
}

const step = fc.tuple(fc.constantFrom(...ACTS), fc.nat(1_000))
const seen = { relists: 0, catchUps: 0 }

test('a client that replays history from any point ends with the truth', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60, size: 'max' }),
      fc.array(fc.nat(6), { minLength: 3, maxLength: 8 }),
      fc.integer({ min: 2, max: 30 }),
      async (steps, rhythm, historyRecords) => {
        const domain = testDomain({
          accounts: [{ address: ANNA, admin: true, messages: 9 }],
          quirks: { historyRecords, emptyPageEvery: 2, repeatEvery: 3 },
          limits: { userPerMinute: 1e9 },
        })
        const queue = [...steps]
        let beat = 0
        const between = async (): Promise<void> => {
          for (let count = 0; count < (rhythm[beat % rhythm.length] ?? 0); count++) {
            const next = queue.shift()
            if (next) await perform(domain, ...next)
          }
          beat += 1
        }
        const mirror = new Mirror(domain, between)
        await mirror.relist()
        for (const _ of rhythm) {
          await between()
          await mirror.catchUp()
          seen.catchUps += 1
        }
        queue.length = 0
        await mirror.catchUp()
        await mirror.catchUp()
        seen.relists += mirror.relists - 1
        const truth = (await domain.desk.messages()).map(({ id, labelIds }) => [id, labelIds.toSorted()] as const)
        expect(mirror.shown()).toEqual(truth.toSorted(byId))
      },
    ),
    { numRuns: 300 },
  )
})

afterAll(() => {
  // Both ways were gone: by history, and by listing anew.
  expect(seen.relists).toBeGreaterThan(10)
  expect(seen.catchUps).toBeGreaterThan(100)
})
