import { type DavCollection, DISPLAY_NAME } from '../dav/collection.ts'
import type { CloudState } from '../serve/state.ts'
import type { CloudUser } from '../users/user.ts'
import type { SentMail } from './mail.ts'
import { sendBySmtp } from './smtp.ts'

export interface NewMail extends Omit<SentMail, 'at' | 'from'> {
  readonly text: string
}

/** Lets a mail leave: it is noted, and sent to the sink where there is one. */
export function post(state: CloudState, mail: NewMail): void {
  const { text, ...facts } = mail
  const sent = { ...facts, at: state.now(), from: state.settings.mailFrom }
  state.mails.push(sent)
  if (!state.smtp) return
  const sending = sendBySmtp(state.smtp, { ...sent, text })
    .catch((error: unknown) =>
      state.violations.note(`the emulator could not reach its sink: ${error instanceof Error ? error.message : String(error)}`),
    )
    .finally(() => state.posting.delete(sending))
  state.posting.add(sending)
}

/** Tells someone that a calendar or an address book has been shared (facts 5.6). */
export function mailSharee(
  state: CloudState,
  { collection, from, to }: { readonly collection: DavCollection; readonly from: CloudUser; readonly to: CloudUser },
): void {
  if (state.settings.mailSharees === 'no' || to.email === undefined) return
  const name = collection.properties.get(DISPLAY_NAME) ?? collection.uri
  post(state, {
    to: to.email,
    subject: `${from.displayName} shared ${collection.kind === 'calendar' ? 'calendar' : 'address book'} “${name}” with you`,
    about: 'SHARE',
    uid: undefined,
    user: from.id,
    text: 'Open it in Nextcloud.',
  })
}
