import { DavRefusal } from '../faults.ts'
import type { FilesDesk } from './desk.ts'

/** What a server says by 412, where it was looked at before. */
export const taken = ({ client }: FilesDesk): DavRefusal =>
  new DavRefusal(
    { reach: 'call', code: 'dav-precondition', message: `Something stands already where ${client.host} was to write (${client.account}).` },
    { status: 412, conditions: [], words: '', href: undefined },
  )
