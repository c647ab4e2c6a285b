import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bodyOfBytes } from '../../mail/body.ts'
import type { IdSpace } from '../mail/ids.ts'
import type { Mailbox } from '../mail/mailbox.ts'
import { changeKeyOf } from '../mail/message-json.ts'
import type { Folder } from '../mail/state.ts'
import { makeState } from '../make-state.ts'
import type { Quirks } from '../options.ts'
import { askState } from '../test-ask.ts'
import type { Page } from '../test-client.ts'

const ADDRESS = 'anna@contoso.example'

interface Shown {
  readonly id: string
  readonly changeKey?: string
  readonly '@removed'?: { readonly reason: string }
}

type Ask = (link: string) => { readonly status: number; readonly json: Page<Shown> }

/** A client that does everything right: what it knows of a folder is what delta told it. */
class DeltaClient {
  readonly known = new Map<string, string>()
  #link: string
  readonly #start: string
  readonly #ask: Ask
  /** A whole round of changes was one empty page. */
  settled = false

  constructor(folderId: string, ask: Ask) {
    this.#start = `/users/${ADDRESS}/mailFolders/${folderId}/messages/delta?$select=id,changeKey`
    this.#link = this.#start
    this.#ask = ask
  }

  step(): void {
    const { status, json } = this.#ask(this.#link)
    if (status === 410) {
      this.#link = this.#start
      this.known.clear()
      this.settled = false
      return
    }
    expect(status).toBe(200)
    for (const { id, changeKey, '@removed': removed } of json.value) {
      if (removed) this.known.delete(id)
      else this.known.set(id, changeKey ?? '')
    }
    const next = json['@odata.nextLink'] ?? json['@odata.deltaLink']
    expect(next, 'a page has either link').toBeDefined()
    expect(json['@odata.nextLink'] !== undefined && json['@odata.deltaLink'] !== undefined).toBe(false)
    this.settled = this.#link.includes('$deltatoken=') && json['@odata.deltaLink'] !== undefined && json.value.length === 0
    this.#link = next ?? this.#start
  }
}

type Act = { readonly what: 'add' | 'move' | 'remove' | 'mark' | 'step' | 'expire'; readonly one: number; readonly two: number }

const acts = fc.array(
  fc.record<Act>({
    what: fc.oneof(
      { weight: 5, arbitrary: fc.constant('step' as const) },
      { weight: 6, arbitrary: fc.constantFrom('add' as const, 'move' as const, 'move' as const, 'remove' as const, 'mark' as const) },
      { weight: 1, arbitrary: fc.constant('expire' as const) },
    ),
    one: fc.nat(1_000),
    two: fc.nat(1_000),
  }),
  { maxLength: 120 },
)

function perform(mailbox: Mailbox, folders: readonly Folder[], act: Act): void {
  const messages = [...mailbox.messages.values()]
  const message = messages[act.one % Math.max(1, messages.length)]
  const folder = folders[act.two % folders.length]
  if (!folder) return
  if (act.what === 'add') mailbox.add(folder, { body: bodyOfBytes(Buffer.from('Subject: x\r\n\r\n')), receivedAt: act.one * 1_000_000 })
  else if (act.what === 'expire') folder.oldestGeneration = folder.generation + 1
  else if (message && act.what === 'move') mailbox.move(message, folder)
  else if (message && act.what === 'remove') mailbox.remove(message)
  else if (message && act.what === 'mark') mailbox.mark(message, { read: act.two % 2 === 0 })
}

const manners = fc.record({
  emptyPageEvery: fc.integer({ min: 0, max: 4 }),
  repeatEvery: fc.integer({ min: 0, max: 4 }),
  expireAfterPages: fc.integer({ min: 0, max: 3 }),
})

function run(how: { readonly quirks: Quirks; readonly ids: IdSpace; readonly page: number; readonly acts: readonly Act[] }): void {
  const state = makeState({ seed: 1, accounts: [{ address: ADDRESS, messages: 14 }], quirks: how.quirks })
  const mailbox = state.accounts[0]?.mailbox
  if (!mailbox) throw new Error('no mailbox')
  const folders = ['inbox', 'archive', 'sentitems'].flatMap((name) => mailbox.wellKnown(name) ?? [])
  const prefer = `${how.ids === 'immutable' ? 'IdType="ImmutableId", ' : ''}odata.maxpagesize=${how.page}`
  const clients = folders.map((folder) => new DeltaClient(mailbox.ids.folder(folder.serial), (link) => askState(state, link, prefer)))
  for (const act of how.acts) {
    if (act.what === 'step') clients[act.one % clients.length]?.step()
    else perform(mailbox, folders, act)
  }
  for (const [at, client] of clients.entries()) {
    for (let rounds = 0; rounds < 500; rounds++) {
      client.step()
      if (client.settled) break
    }
    const folder = folders[at]
    const true_ = new Map(
      folder?.arrivals.flatMap((message) => (message ? [[mailbox.ids.message(message, how.ids), changeKeyOf(message)]] : [])),
    )
    expect(client.known).toEqual(true_)
  }
}

test.each(['immutable', 'default'] as const)('a correct client of delta ends up with exactly what each folder holds, by %s ids', (ids) => {
  fc.assert(
    fc.property(manners, fc.integer({ min: 1, max: 7 }), acts, (quirks, page, todo) => run({ quirks, ids, page, acts: todo })),
    { numRuns: 250 },
  )
})

test('where moves are lost, a correct client misses what was moved: only a full listing finds it', () => {
  const lost = () =>
    run({
      quirks: { lostMoves: true, emptyPageEvery: 0, repeatEvery: 0 },
      ids: 'immutable',
      page: 50,
      acts: [
        { what: 'step', one: 0, two: 0 },
        { what: 'step', one: 1, two: 0 },
        { what: 'step', one: 2, two: 0 },
        { what: 'move', one: 0, two: 1 },
      ],
    })
  expect(lost).toThrow()
})
