import { createHash } from 'node:crypto'
import { fastClock, MemoryGate } from '@offramp/conformance'
import { asFault, type Fault, type Item, type ItemRef, type Kind, type Listing, type Log, type Source } from '@offramp/core'
import { type EmulatedTenant, startTenant, type TenantOptions } from '@offramp/emulators'
import { microsoftSource } from '../endpoint.ts'
import type { MicrosoftSettings } from '../settings.ts'

export const ANNA = 'anna@contoso.example'
export const call = { signal: new AbortController().signal }

const open: { close?(): Promise<void> }[] = []

/** For `afterEach`: ends every tenant and connector that a test has opened. */
export async function closeAll(): Promise<void> {
  for (const each of open.splice(0).reverse()) await each.close?.()
}

/** An endpoint's settings for an emulated tenant, with its client secret. */
export const settingsFor = (tenant: EmulatedTenant): MicrosoftSettings => ({
  name: 'contoso',
  tenantId: tenant.tenantId,
  clientId: tenant.clientId,
  auth: { secret: async () => tenant.clientSecret },
  graphUrl: tenant.graphUrl,
  loginUrl: tenant.loginUrl,
  ca: tenant.ca,
})

/** A tenant on a clock that runs twenty times as fast, and the connector's view of it. */
export async function lab(options: Partial<TenantOptions> = {}, settings: Partial<MicrosoftSettings> = {}) {
  const clock = fastClock(20)
  const tenant = await startTenant({
    seed: 7,
    accounts: [{ address: ANNA, messages: 60 }],
    now: clock.now,
    limits: { raceMs: 5_000 },
    ...options,
  })
  const lines: string[] = []
  const write = (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message }))
  const log: Log = { debug: write, info: write, warn: write, error: write }
  const endpoint = microsoftSource(
    { ...settingsFor(tenant), ...settings },
    { clock, log, gate: new MemoryGate(clock, { patienceMs: 300_000, ticketMs: 3_600_000 }) },
  )
  open.push(tenant, endpoint)
  const connect = async (address = ANNA, kind: Kind = 'mail'): Promise<Source> => {
    const account = await endpoint.account(address, call)
    if (account === undefined) throw new Error(`no account ${address}`)
    return endpoint.connect(account, kind)
  }
  return { tenant, endpoint, clock, lines, connect, source: await connect() }
}

export async function listings(source: Source): Promise<Listing[]> {
  const all: Listing[] = []
  for await (const listing of source.listings(call)) all.push(listing)
  return all
}

export interface Walked {
  readonly refs: Map<string, ItemRef>
  readonly removed: string[]
  readonly cursor: string
  readonly pages: number
}

export async function walk(source: Source, listing: Listing, at: { after?: string; limit?: number } = {}): Promise<Walked> {
  const refs = new Map<string, ItemRef>()
  const removed: string[] = []
  for (let after = at.after, pages = 1; ; pages++) {
    const page = await source.page(listing, after, at.limit ?? 20, call)
    for (const ref of page.refs) {
      if (ref.removed) removed.push(ref.id)
      else refs.set(ref.id, ref)
    }
    after = page.cursor
    if (page.last) return { refs, removed, cursor: page.cursor, pages }
  }
}

export async function everything(source: Source): Promise<Map<string, { ref: ItemRef; listing: Listing }>> {
  const all = new Map<string, { ref: ItemRef; listing: Listing }>()
  for (const listing of await listings(source)) {
    if (listing.skip) continue
    for (const ref of (await walk(source, listing)).refs.values()) all.set(ref.id, { ref, listing })
  }
  return all
}

export async function hashOf(item: Item): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of item.body(call)) hash.update(chunk)
  return hash.digest('hex')
}

export async function bytesOf(item: Item): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of item.body(call)) parts.push(chunk)
  return Buffer.concat(parts)
}

export const faultOf = async (work: () => Promise<unknown>): Promise<Fault> => {
  try {
    await work()
  } catch (thrown) {
    return asFault(thrown)
  }
  throw new Error('nothing was thrown')
}

export const inbox = async (source: Source): Promise<Listing> => {
  const found = (await listings(source)).find((each) => each.collection?.role === 'inbox')
  if (!found) throw new Error('no inbox')
  return found
}

export const truthOf = async (tenant: EmulatedTenant) => {
  const all = await tenant.mailbox(ANNA).messages()
  return all.filter((message) => message.folder.length > 0)
}
