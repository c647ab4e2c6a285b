import type { Contact } from '@microsoft/microsoft-graph-types'
import { changeKeyFor } from '../items/change-key.ts'
import type { Mailbox } from '../mail/mailbox.ts'
import { graphTime } from '../mail/message-json.ts'
import type { Preferences } from '../odata/prefer.ts'
import { unknownProperty } from '../serve/errors.ts'
import type { ContactState } from './contacts.ts'

export interface ContactView {
  readonly mailbox: Mailbox
  readonly contact: ContactState
  readonly prefer: Preferences
}

type Shown = Required<Omit<Contact, 'extensions' | 'multiValueExtendedProperties' | 'singleValueExtendedProperties' | 'photo'>>
type Properties = { readonly [Name in keyof Shown]: (view: ContactView) => Contact[Name] }

const TEXTS = [
  'displayName',
  'givenName',
  'initials',
  'middleName',
  'nickName',
  'surname',
  'title',
  'yomiGivenName',
  'yomiSurname',
  'yomiCompanyName',
  'generation',
  'jobTitle',
  'companyName',
  'department',
  'officeLocation',
  'profession',
  'businessHomePage',
  'assistantName',
  'manager',
  'mobilePhone',
  'spouseName',
  'fileAs',
  'birthday',
] as const
const LISTS = ['imAddresses', 'homePhones', 'businessPhones', 'children', 'categories', 'emailAddresses'] as const
const ADDRESSES = ['homeAddress', 'businessAddress', 'otherAddress'] as const

const text =
  (name: (typeof TEXTS)[number]) =>
  ({ contact }: ContactView) =>
    contact.words[name] ?? (name === 'displayName' ? '' : null)

const TEXT_PROPERTIES = Object.fromEntries(TEXTS.map((name) => [name, text(name)]))
const LIST_PROPERTIES = Object.fromEntries(LISTS.map((name) => [name, ({ contact }: ContactView) => contact.words[name] ?? []]))
const ADDRESS_PROPERTIES = Object.fromEntries(ADDRESSES.map((name) => [name, ({ contact }: ContactView) => contact.words[name] ?? {}]))

const OWN: Partial<Properties> = {
  id: ({ mailbox, contact, prefer }) => mailbox.ids.message(contact, prefer.ids),
  createdDateTime: ({ contact }) => graphTime(contact.createdAt),
  lastModifiedDateTime: ({ contact }) => graphTime(contact.modifiedAt),
  changeKey: ({ contact }) => changeKeyFor(contact.serial, contact.change),
  parentFolderId: ({ mailbox, contact }) => mailbox.ids.folder(contact.folder.serial),
  personalNotes: ({ contact }) => contact.words.personalNotes ?? '',
}

const PROPERTIES: Readonly<Record<string, (view: ContactView) => unknown>> = {
  ...OWN,
  ...TEXT_PROPERTIES,
  ...LIST_PROPERTIES,
  ...ADDRESS_PROPERTIES,
}

/** The properties that `$select` asks for. Throws the real 400 for one that contacts do not have. */
function selectedProperties(select: readonly string[] | undefined): readonly string[] {
  if (select === undefined || select.includes('*')) return Object.keys(PROPERTIES)
  for (const name of select) if (!Object.hasOwn(PROPERTIES, name)) throw unknownProperty(name, 'contact')
  return select.includes('id') ? select : ['id', ...select]
}

/** A contact in JSON. */
export function contactJson(view: ContactView, select: readonly string[] | undefined): Record<string, unknown> {
  const json: Record<string, unknown> = { '@odata.etag': `W/"${changeKeyFor(view.contact.serial, view.contact.change)}"` }
  for (const name of selectedProperties(select)) json[name] = PROPERTIES[name]?.(view)
  return json
}
