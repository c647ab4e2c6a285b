import type { Account, Call, Finding } from '@offramp/core'
import type { Google } from './client.ts'
import { readLabels } from './mail-labels.ts'

/** The inbox, sent, importance and five categories take room among a folder's keywords as well. */
const OWN_KEYWORDS = 26 - 8

/** With all mail in one folder, its keywords are those of every label: more than a Maildir has room for are lost. */
export async function inArchive(
  google: Google,
  accounts: readonly Account[],
  { about, call }: { readonly about: string; readonly call: Call },
): Promise<Finding | undefined> {
  const crowded: string[] = []
  for (const account of accounts) {
    const { own } = await readLabels(google.mailbox(account), call)
    if (own.length > OWN_KEYWORDS) crowded.push(`${account.name} (${own.length})`)
  }
  if (crowded.length === 0) return undefined
  const named = `${crowded.slice(0, 5).join(', ')}${crowded.length > 5 ? ` and ${crowded.length - 5} more` : ''}`
  return {
    level: 'warning',
    about,
    says: `A folder keeps 26 keywords, so that not every label of ${named} can be kept.`,
    remedy: 'Choose `labels: folder` or `labels: copies`, where labels are folders.',
  }
}
