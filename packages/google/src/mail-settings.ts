import type { gmail_v1 } from '@googleapis/gmail'
import type { Account, Call, MailSettings } from '@offramp/core'
import type { Json } from '@offramp/wire'
import type { Google } from './client.ts'
import { readLabels } from './mail-labels.ts'
import { type GmailSetting, mailSettings, SETTINGS } from './mail-settings-model.ts'
import type { LabelPolicy } from './settings.ts'

type Common = Readonly<Record<string, string>>
type Options = { readonly adapter: (options: { readonly url: URL | string }) => Promise<never>; readonly retry: false }

const ASK: Readonly<Record<GmailSetting, (of: gmail_v1.Resource$Users$Settings, common: Common, options: Options) => Promise<unknown>>> = {
  filters: (of, common, options) => of.filters.list(common, options),
  vacation: (of, common, options) => of.getVacation(common, options),
  autoForwarding: (of, common, options) => of.getAutoForwarding(common, options),
  forwardingAddresses: (of, common, options) => of.forwardingAddresses.list(common, options),
  sendAs: (of, common, options) => of.sendAs.list(common, options),
  delegates: (of, common, options) => of.delegates.list(common, options),
  imap: (of, common, options) => of.getImap(common, options),
  pop: (of, common, options) => of.getPop(common, options),
  language: (of, common, options) => of.getLanguage(common, options),
}

/**
 * Reads all settings of a mailbox: nine requests of one unit, and one more for the labels' names where labels become flags. `gmail.readonly` is
 * enough for each (scope list of every method, read 2026-11).
 */
export async function readMailSettings(
  google: Google,
  account: Account,
  { labels, call }: { readonly labels: LabelPolicy; readonly call: Call },
): Promise<MailSettings> {
  const mailbox = google.mailbox(account)
  const raw: Partial<Record<GmailSetting, Json>> = {}
  for (const setting of SETTINGS) {
    const ask = ASK[setting]
    raw[setting] = await mailbox.json(
      {
        method: 'settings',
        asks: 'mailbox',
        send: (users, common, options) => ask(users.settings, { ...common, userId: 'me' }, options),
      },
      call,
    )
  }
  if (labels !== 'archive') return mailSettings(raw)
  const { homes } = await readLabels(mailbox, call)
  return mailSettings(raw, new Map([...homes.values()].map(({ id, path }) => [id, path.join('/')])))
}
