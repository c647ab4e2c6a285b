import type { MailboxSettings } from '@microsoft/microsoft-graph-types'
import type { Reply } from '../../serve/reply.ts'
import type { MailAccount } from '../mail/find.ts'
import type { Asked } from '../serve/asked.ts'
import { noRoute, unknownProperty } from '../serve/errors.ts'
import { jsonReply } from '../serve/reply.ts'

const ZONE = 'W. Europe Standard Time'

function settingsOf({ account, mailbox }: MailAccount): MailboxSettings {
  const archive = mailbox.wellKnown('archive')
  const locale = account.seed.language ?? 'en-US'
  return {
    archiveFolder: archive ? mailbox.ids.folder(archive.serial) : null,
    timeZone: account.seed.timeZone ?? ZONE,
    delegateMeetingMessageDeliveryOptions: 'sendToDelegateOnly',
    dateFormat: 'dd.MM.yyyy',
    timeFormat: 'HH:mm',
    userPurpose: account.seed.purpose ?? 'user',
    automaticRepliesSetting: {
      status: 'disabled',
      externalAudience: 'all',
      internalReplyMessage: '',
      externalReplyMessage: '',
      scheduledStartDateTime: { dateTime: '2026-03-19T02:00:00.0000000', timeZone: 'UTC' },
      scheduledEndDateTime: { dateTime: '2026-03-20T02:00:00.0000000', timeZone: 'UTC' },
      ...account.seed.automaticReplies,
    },
    language: { locale, displayName: new Intl.DisplayNames('en', { type: 'language' }).of(locale) ?? locale },
    workingHours: {
      daysOfWeek: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
      startTime: '08:00:00.0000000',
      endTime: '17:00:00.0000000',
      timeZone: { name: ZONE },
    },
  }
}

/** `GET /users/{u}/mailboxSettings`, whole or one setting: a plain string among the others, wrapped when asked for alone (facts 2.2). */
export function mailboxSettings(asked: Asked, account: MailAccount): Reply {
  const settings: Record<string, unknown> = { ...settingsOf(account) }
  const context = `${asked.root}/$metadata#users('${asked.parts[1] ?? ''}')/mailboxSettings`
  const part = asked.parts[3]
  if (part !== undefined) {
    if (!Object.hasOwn(settings, part)) throw noRoute(part)
    const value = settings[part]
    return jsonReply(
      typeof value === 'object' && value !== null
        ? { '@odata.context': `${context}/${part}`, ...value }
        : { '@odata.context': `${context}/${part}`, value },
    )
  }
  const { select } = asked.query
  for (const name of select ?? []) if (!Object.hasOwn(settings, name)) throw unknownProperty(name, 'mailboxSettings')
  const shown = Object.entries(settings).filter(([name]) => select === undefined || select.includes(name))
  return jsonReply({ '@odata.context': context, ...Object.fromEntries(shown) })
}
