import type { MessageSort } from '@offramp/core'
import type { Notes } from './notes.ts'

const HIGH = 'anyof(header :is "Importance" "high", header :matches "X-Priority" ["1*", "2*"])'
const LOW = 'anyof(header :is "Importance" "low", header :matches "X-Priority" ["4*", "5*"])'
/** RFC 2156 writes it so; Exchange does. */
const sensitivity = (value: string): string => `header :is "Sensitivity" "${value}"`
const report = (type: string): string => `header :mime :param "report-type" :is "Content-Type" "${type}"`
const meeting = (method: string): string => `header :mime :anychild :param "method" :is "Content-Type" "${method}"`
const smime = (type: string): string => `header :mime :param "smime-type" :is "Content-Type" "${type}"`
const mimeType = (type: string): string => `header :mime :contenttype :is "Content-Type" "${type}"`

interface Way {
  readonly test: string
  /** RFC 5703, to look at the parts of a message. */
  readonly mime?: true
  /** How the answer may differ from the provider's own. */
  readonly differs?: string
}

const WAYS: Readonly<Record<MessageSort, Way>> = {
  'with-attachment': {
    test: 'header :mime :anychild :type :is "Content-Disposition" "attachment"',
    mime: true,
    differs: 'whether a message has attachments is told by parts that call themselves one, which may differ from what was counted before',
  },
  'importance-high': { test: HIGH },
  'importance-normal': { test: `not anyof(${HIGH}, ${LOW})` },
  'importance-low': { test: LOW },
  'sensitivity-normal': { test: 'not header :is "Sensitivity" ["personal", "private", "company-confidential"]' },
  'sensitivity-personal': { test: sensitivity('personal') },
  'sensitivity-private': { test: sensitivity('private') },
  'sensitivity-confidential': { test: sensitivity('company-confidential') },
  'automatic-reply': {
    test: 'header :contains "Auto-Submitted" "auto-replied"',
    differs: 'an automatic reply is told by its header Auto-Submitted, which older programs do not write',
  },
  encrypted: { test: `anyof(${mimeType('multipart/encrypted')}, ${smime('enveloped-data')})`, mime: true },
  signed: { test: `anyof(${mimeType('multipart/signed')}, ${smime('signed-data')})`, mime: true },
  'meeting-request': { test: meeting('request'), mime: true },
  'meeting-response': { test: meeting('reply'), mime: true },
  'non-delivery-report': { test: report('delivery-status'), mime: true },
  'read-receipt': { test: report('disposition-notification'), mime: true },
  // [MS-OXORMMS] 2.2.1: what rights management wraps is marked so.
  'rights-managed': { test: 'header :is "Content-Class" "rpmsg.message"' },
}

export function writeSort(sort: MessageSort, notes: Notes): string {
  const { test, mime, differs } = WAYS[sort]
  if (mime) notes.need('mime')
  if (differs !== undefined) notes.lose(differs)
  return test
}
