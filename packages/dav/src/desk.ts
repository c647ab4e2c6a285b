import type { Kind, Services } from '@offramp/core'
import { cardHash, eventHash, taskHash } from '@offramp/formats'
import type { DavClient } from './client.ts'
import type { Home } from './discover.ts'
import type { FileSpace } from './file-space.ts'
import type { Places } from './prepare.ts'
import type { Server } from './server.ts'
import type { DavSettings } from './settings.ts'
import type { Silence } from './silence.ts'

/** What every operation of one account's destination works with. */
export interface Desk {
  readonly settings: DavSettings
  readonly services: Services
  readonly client: DavClient
  readonly home: Home
  readonly server: Server
  readonly kind: DavKind
  readonly places: Places
  readonly silence: Silence
  readonly files: FileSpace | undefined
}

export type DavKind = Extract<Kind, 'event' | 'task' | 'contact'>

export const HASHES: Readonly<Record<DavKind, (bytes: Uint8Array) => string>> = { event: eventHash, task: taskHash, contact: cardHash }

export const MEDIA: Readonly<Record<DavKind, string>> = {
  event: 'text/calendar; charset=utf-8',
  task: 'text/calendar; charset=utf-8',
  contact: 'text/vcard; charset=utf-8',
}

/** What the meaning of these bytes hashes to; undefined for what a person or another program wrote and nobody understands. */
export function meaningOf(kind: DavKind, bytes: Uint8Array): string | undefined {
  try {
    return HASHES[kind](bytes)
  } catch {
    return undefined
  }
}
