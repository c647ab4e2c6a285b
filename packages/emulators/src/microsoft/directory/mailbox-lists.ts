import type { MessageRule, OutlookCategory } from '@microsoft/microsoft-graph-types'
import { guidFrom } from '../../generate/random.ts'
import type { Reply } from '../../serve/reply.ts'
import type { MailAccount } from '../mail/find.ts'
import { CATEGORIES } from '../mail/seed.ts'
import { collection } from '../odata/page.ts'
import type { Asked } from '../serve/asked.ts'
import { jsonReply } from '../serve/reply.ts'

/** `GET /users/{u}/outlook/masterCategories`. */
export function masterCategories(asked: Asked): Reply {
  const colors = ['preset0', 'preset1', 'preset2', 'preset3'] as const
  const value: OutlookCategory[] = CATEGORIES.map((displayName, at) => ({
    id: guidFrom('category', displayName),
    displayName,
    color: colors[at] ?? 'none',
  }))
  return jsonReply(collection(`users('${asked.parts[1] ?? ''}')/outlook/masterCategories`, asked, { value, count: value.length }))
}

/** `GET /users/{u}/mailFolders/inbox/messageRules`: one rule that can be carried over, one that cannot. */
export function messageRules(asked: Asked, { mailbox }: MailAccount): Reply {
  const archive = mailbox.wellKnown('archive')
  const folder = archive ? mailbox.ids.folder(archive.serial) : ''
  const value: MessageRule[] = [
    {
      id: 'AQAAANr-1',
      displayName: 'Invoices',
      sequence: 1,
      isEnabled: true,
      hasError: false,
      isReadOnly: false,
      conditions: { subjectContains: ['invoice'] },
      actions: { moveToFolder: folder, stopProcessingRules: true },
    },
    {
      id: 'AQAAANr-2',
      displayName: 'Voice mail',
      sequence: 2,
      isEnabled: true,
      hasError: false,
      isReadOnly: false,
      conditions: { isVoicemail: true },
      actions: { markAsRead: true },
    },
  ]
  return jsonReply(collection(`users('${asked.parts[1] ?? ''}')/mailFolders('inbox')/messageRules`, asked, { value, count: value.length }))
}
