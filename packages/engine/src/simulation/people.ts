import { receivedAt, shelfName } from '@offramp/conformance'
import type { Traits } from '@offramp/core'
import type { World } from './world.ts'

/** A state that a source item has been in. */
export interface Was {
  readonly home: string
  readonly body: string
  readonly traits: string
}

export const bodyText = (body: Uint8Array): string => Buffer.from(body).toString('latin1')

const NAMES = ['Inbox', 'Sent', 'Projects', '2024', 'Reports', 'Old']

/** What the person at the source and others at the destination do, and what they remember of it for the final reckoning. */
export class People {
  readonly #world: World
  #serial = 0
  /** Every state of every item, oldest first. */
  readonly history = new Map<string, Was[]>()
  /** Items whose copy somebody at the destination has touched, by the body that it had. */
  readonly touched = new Set<string>()
  /** How often somebody has moved a copy of this body into the folder of sorted ones. */
  readonly sorted = new Map<string, number>()
  /** Every path that a collection has had, the last one last. */
  readonly paths = new Map<string, string[]>()
  /** Bodies of others' own items at the destination, with the traits that they gave them. */
  readonly foreign = new Map<string, { readonly path: string; readonly traits: string }>()

  constructor(world: World) {
    this.#world = world
  }

  settle(): void {
    const { account, dice, weather } = this.#world
    const homes = ['Inbox', 'Sent', 'Projects'].map((name) => account.addCollection(name))
    if (dice.chance(0.5)) homes.push(account.addCollection('2024', homes[2]))
    this.#rememberPaths()
    for (let n = 0; n < weather.items; n++) this.#add()
    if (dice.chance(0.3)) for (let n = dice.between(1, 3); n > 0; n--) this.#addForeign()
    if (weather.poison) this.#poison()
  }

  /** The account's person does one thing. */
  edit(): void {
    const { account, dice } = this.#world
    const item = dice.pick(account.items())
    const roll = dice.next()
    if (dice.chance(this.#world.weather.renames)) this.#rename()
    else if (roll < 0.25 || !item) this.#add()
    else if (roll < 0.5) account.mark(item.id, this.#traits())
    else if (roll < 0.58) account.edit(item.id, this.#body(`edited ${++this.#serial}`))
    else if (roll < 0.85) account.move(item.id, this.#home())
    else if (roll < 0.97) account.remove(item.id)
    else account.forgetCursors()
    if (item) this.#remember(item.id)
  }

  /** Somebody does one thing at the destination: with an own item, or with a copy that the ledger owns. */
  meddle(owned: readonly { readonly place: string; readonly locator: string }[]): void {
    const { dice, mailbox } = this.#world
    if (dice.chance(0.5)) {
      this.#addForeign()
      return
    }
    const receipt = dice.pick(owned)
    const folder = mailbox.folders().find(({ path, generation }) => receipt?.place === `${generation}/${JSON.stringify(path)}`)
    const copy = receipt && folder?.copies.get(Number(receipt.locator))
    if (!folder || !copy) return
    this.touched.add(bodyText(copy.body))
    const roll = dice.next()
    if (roll < 0.4) copy.traits = { ...copy.traits, flagged: !copy.traits.flagged }
    else if (roll < 0.7) folder.copies.delete(copy.uid)
    else {
      mailbox.move(folder, copy.uid, mailbox.make(['Sorted']))
      this.sorted.set(bodyText(copy.body), (this.sorted.get(bodyText(copy.body)) ?? 0) + 1)
    }
  }

  /** A folder gets another name, takes over one that was given up, or exchanges its name with a neighbour. */
  #rename(): void {
    const { account, dice } = this.#world
    const id = this.#home()
    const siblings = account.siblings(id)
    const taken = new Set(siblings.map((other) => account.collection(other)?.path.at(-1)))
    const free = NAMES.filter((name) => !taken.has(name))
    const other = dice.pick(siblings.filter((one) => one !== id))
    if (other !== undefined && dice.chance(0.5)) account.exchange(id, other)
    else account.rename(id, dice.pick(free) ?? 'Other')
    this.#rememberPaths()
  }

  #rememberPaths(): void {
    for (const { id, path } of this.#world.account.collections()) {
      const had = this.paths.get(id) ?? []
      if (had.at(-1) !== path.join('/')) this.paths.set(id, [...had, path.join('/')])
    }
  }

  #add(): void {
    const { account, dice } = this.#world
    const twin = dice.chance(0.15) ? dice.pick(account.items()) : undefined
    const n = ++this.#serial
    const naturalKey = dice.chance(0.1) ? '' : dice.chance(0.15) ? '<shared@example.org>' : `<${n}@example.org>`
    const body = twin?.body ?? this.#body(`text ${n} ${'x'.repeat(dice.chance(0.1) ? 700 : dice.between(0, 60))}`)
    const traits = { ...this.#traits(), receivedAt: receivedAt(n) }
    this.#remember(account.add(this.#home(), { body, naturalKey: twin?.naturalKey ?? naturalKey, traits }))
  }

  #addForeign(): void {
    const { dice, mailbox, account, weather } = this.#world
    const path = dice.pick(account.collections())?.path ?? ['Inbox']
    const naturalKey = dice.pick(account.items())?.naturalKey ?? '<foreign@example.org>'
    const body = this.#body(`foreign ${++this.#serial}`)
    const traits = { read: dice.chance(0.5) }
    const folder = mailbox.make(path)
    // Of somebody's own, under the very name that an item of ours would get.
    const name = weather.named && dice.chance(0.5) ? shelfName(naturalKey) : undefined
    if (name === undefined || folder.copies.has(name)) mailbox.append(folder, { body, naturalKey, traits })
    else folder.copies.set(name, { uid: name, body, naturalKey, traits })
    this.foreign.set(bodyText(body), { path: path.join('/'), traits: JSON.stringify(traits) })
  }

  #poison(): void {
    const { account, dice, poison } = this.#world
    for (const item of account.items()) {
      if (!dice.chance(0.12)) continue
      poison.set(item.id, dice.pick(['call', 'connection', 'corrupt', 'kill'] as const) ?? 'call')
    }
  }

  #remember(id: string): void {
    const held = this.#world.account.item(id)
    if (!held) return
    const was = { home: held.home, body: bodyText(held.body), traits: JSON.stringify(held.traits) }
    this.history.set(id, [...(this.history.get(id) ?? []), was])
  }

  #home(): string {
    return this.#world.dice.pick(this.#world.account.collections())?.id ?? ''
  }

  #traits(): Traits {
    const { dice } = this.#world
    return { read: dice.chance(0.5), flagged: dice.chance(0.3) }
  }

  #body(text: string): Uint8Array {
    return new TextEncoder().encode(text)
  }
}
