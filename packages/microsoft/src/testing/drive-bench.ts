import { createHash } from 'node:crypto'
import { fastClock, MemoryGate } from '@offramp/conformance'
import type { Account, CheckRequest, Finding, Item, ItemRef, Listing, Log, Share, Source } from '@offramp/core'
import { type DriveControl, type FileFacts, type NewBytes, startTenant, type TenantOptions } from '@offramp/emulators'
import { microsoftSource } from '../endpoint.ts'
import type { MicrosoftSettings } from '../settings.ts'
import { settingsFor } from './tenant-lab.ts'

export const ANNA = 'anna@contoso.example'
export const call = { signal: new AbortController().signal }

const open: { close?(): Promise<void> }[] = []

/** For `afterEach`. */
export async function closeDrives(): Promise<void> {
  for (const each of open.splice(0).reverse()) await each.close?.()
}

interface BenchOptions {
  readonly tenant?: Partial<TenantOptions>
  readonly settings?: Partial<MicrosoftSettings>
  readonly owner?: string
}

/** Anna's OneDrive (or a site's), and the connector's view of it. */
export async function driveBench({ tenant: options = {}, settings = {}, owner = ANNA }: BenchOptions = {}) {
  const clock = fastClock(20)
  const tenant = await startTenant({ seed: 9, accounts: [{ address: ANNA }], now: clock.now, limits: { raceMs: 5_000 }, ...options })
  const lines: string[] = []
  const write = (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message }))
  const log: Log = { debug: write, info: write, warn: write, error: write }
  const gate = new MemoryGate(clock, { patienceMs: 3_600_000, ticketMs: 3_600_000 })
  const endpoint = microsoftSource({ ...settingsFor(tenant), ...settings }, { clock, log, gate })
  open.push(tenant, endpoint)
  const account = async (name = owner): Promise<Account> => {
    const found = await endpoint.account(name, call)
    if (found === undefined) throw new Error(`no account ${name}`)
    return found
  }
  const source: Source = await endpoint.connect(await account(), 'file')
  const drive: DriveControl = tenant.drive(owner)
  return {
    tenant,
    endpoint,
    clock,
    gate,
    lines,
    account,
    source,
    drive,
    add: (name: string, bytes: NewBytes, facts: FileFacts = {}) => drive.addFile(name, null, bytes, facts),
    /** Opened from the listing, as the engine does. */
    item: async (id: string): Promise<Item> => source.open(await refOf(source, id), call),
    async check(asked: Partial<CheckRequest> = {}): Promise<Finding[]> {
      const findings: Finding[] = []
      const request = { accounts: [await account()], kinds: ['file' as const], ...asked }
      for await (const finding of endpoint.check(request, call)) findings.push(finding)
      return findings
    },
    async shares(): Promise<Share[]> {
      const all: Share[] = []
      for await (const share of endpoint.shares?.(await account(), 'file', call) ?? []) all.push(share)
      return all
    },
  }
}

export async function listingsOf(source: Source): Promise<readonly Listing[]> {
  const all: Listing[] = []
  for await (const listing of source.listings(call)) all.push(listing)
  return all
}

/** Every ref of every listing, the last of each id. */
export async function refsOf(source: Source): Promise<ReadonlyMap<string, ItemRef>> {
  const all = new Map<string, ItemRef>()
  for (const listing of await listingsOf(source)) {
    if (listing.skip !== undefined) continue
    for (let after: string | undefined; ; ) {
      const page = await source.page(listing, after, 100, call)
      for (const ref of page.refs) all.set(ref.id, ref)
      if (page.last) break
      after = page.cursor
    }
  }
  return all
}

async function refOf(source: Source, id: string): Promise<ItemRef> {
  const ref = (await refsOf(source)).get(id)
  if (ref === undefined) throw new Error(`no ref ${id}`)
  return ref
}

export async function sha256(body: AsyncIterable<Uint8Array>): Promise<{ readonly hash: string; readonly size: number }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of body) {
    hash.update(chunk)
    size += chunk.byteLength
  }
  return { hash: hash.digest('hex'), size }
}

export const base64 = (text: string): NewBytes => ({ base64: Buffer.from(text).toString('base64') })
