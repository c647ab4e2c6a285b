import { type DestinationLab, type DestinationPerson, MemoryGate, type Seen, specimen } from '@offramp/conformance'
import { type Collection, type Item, type Place, type Receipt, silentLog, systemClock, type Traits } from '@offramp/core'
import { type ImapSettings, imapDestination } from '@offramp/imap'
import { startCuttingProxy } from './cutting-proxy.ts'
import type { RawImap, RawMessage } from './raw-imap.ts'

/** What a lab needs of a running server. */
export interface LabServer {
  readonly imapPort: number
  raw(user?: string): Promise<RawImap>
}

export interface LabWish {
  readonly server: LabServer
  readonly account: string
  readonly pass: string
  /** Ends the server with the lab. */
  readonly stop: () => Promise<void>
  /** A message that this server refuses for good. */
  readonly refusable?: (home: Collection) => Item
}

const SYSTEM = [
  ['\\Seen', 'read'],
  ['\\Flagged', 'flagged'],
  ['\\Answered', 'answered'],
  ['\\Draft', 'draft'],
  ['$Forwarded', 'forwarded'],
] as const

const flagList = (traits: Traits): string =>
  SYSTEM.filter(([, trait]) => traits[trait] === true)
    .map(([flag]) => flag)
    .join(' ')

const imapDate = (ms: number): string => {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(ms).toUTCString()) ?? []
  return `${day}-${month}-${year} ${time} +0000`
}

const traitsOf = (message: RawMessage): Traits => ({
  ...Object.fromEntries(SYSTEM.map(([flag, trait]) => [trait, message.flags.includes(flag)])),
  receivedAt: Date.parse(message.internalDate.replace(/^(\d+)-(\w+)-(\d+)/, '$1 $2 $3')),
})

/** Modified UTF-7 as these eyes read it. */
const decoded = (wire: string): string =>
  wire.replace(/&([^-]*)-/g, (_, run: string) =>
    run === '' ? '&' : new TextDecoder('utf-16be').decode(Buffer.from(run.replaceAll(',', '/'), 'base64')),
  )

const wireName = (name: string): string =>
  name.replace(/&|[^ -~]+/g, (run) =>
    run === '&' ? '&-' : `&${Buffer.from(run, 'utf16le').swap16().toString('base64').replace(/=+$/, '').replaceAll('/', ',')}-`,
  )

const quoted = (name: string): string => `"${wireName(name).replace(/["\\]/g, (character) => `\\${character}`)}"`

const pathOf = (place: string): string => place.slice(place.indexOf(':') + 1)

/** Throws what the server says when it does not say OK. */
async function must(raw: RawImap, line: string): Promise<void> {
  const answer = (await raw.command(line)).toString('latin1')
  if (!/^r\d+ OK/m.test(answer)) throw new Error(`${line}: ${answer}`)
}

function personOf(raw: RawImap): DestinationPerson {
  const open = (receipt: Receipt) => must(raw, `SELECT ${quoted(pathOf(receipt.place))}`)
  return {
    async add(place: Place, body: Uint8Array, traits: Traits) {
      const date = traits.receivedAt === undefined ? {} : { date: imapDate(traits.receivedAt) }
      const answer = await raw.append(wireName(place.name), body, { flags: flagList(traits), ...date })
      if (!/^r\d+ OK/m.test(answer)) throw new Error(answer)
    },
    async flag(receipt, traits) {
      await open(receipt)
      await must(raw, `UID STORE ${receipt.locator} FLAGS (${flagList(traits)})`)
    },
    async move(receipt, to) {
      await open(receipt)
      await must(raw, `UID MOVE ${receipt.locator} ${quoted(to.name)}`)
    },
    async remove(receipt) {
      await open(receipt)
      await must(raw, `UID STORE ${receipt.locator} +FLAGS (\\Deleted)`)
      await must(raw, `UID EXPUNGE ${receipt.locator}`)
    },
  }
}

async function peekAt(raw: RawImap): Promise<readonly Seen[]> {
  const seen: Seen[] = []
  for (const name of await raw.list()) {
    for (const message of await raw.messages(name)) {
      seen.push({ place: decoded(name), locator: String(message.uid), body: message.bytes, traits: traitsOf(message) })
    }
  }
  return seen
}

const labSettings = (port: number, pass: string): ImapSettings => ({
  name: 'laboratory',
  host: '127.0.0.1',
  port,
  security: 'plain',
  auth: { kind: 'password', secret: async () => pass },
})

/** A destination suite's far side on a real server: the connector goes through a proxy that can lose answers; the eyes do not. */
export async function openImapLab(wish: LabWish): Promise<DestinationLab> {
  const proxy = await startCuttingProxy({ port: wish.server.imapPort })
  const raw = await wish.server.raw(wish.account)
  const closing: (() => Promise<void>)[] = []
  const connect = async () => {
    const services = { gate: new MemoryGate(systemClock), log: silentLog, clock: systemClock }
    const endpoint = imapDestination(labSettings(proxy.port, wish.pass), services)
    closing.push(async () => endpoint.close?.())
    return endpoint.connect(wish.account, 'mail', { signal: new AbortController().signal })
  }
  return {
    destination: await connect(),
    again: connect,
    person: personOf(raw),
    peek: () => peekAt(raw),
    ...(wish.refusable === undefined ? {} : { refusable: wish.refusable }),
    async loseNextAnswer() {
      proxy.loseNextAnswer('APPEND')
    },
    async close() {
      for (const close of closing) await close()
      raw.close()
      await proxy.stop()
      await wish.stop()
    },
  }
}

/** Cyrus 3.6: "Message contains invalid header". */
export const headless = (home: Collection): Item => specimen('mail', home, 900, { naturalKey: '', body: Buffer.from('no header here\r\n') })

/** For a Dovecot with a `maxMailSize` of 10 MB: it refuses no content, but size. */
export const oversize = (home: Collection): Item => specimen('mail', home, 900, { fill: 11_000_000 })
