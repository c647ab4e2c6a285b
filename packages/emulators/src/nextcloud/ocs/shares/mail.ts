import type { FileShare } from '../../files/share.ts'
import type { CloudState } from '../../serve/state.ts'

/** Who would be mailed about a share: unless it is said not to (facts 4.8). */
export function mailAbout(state: CloudState, share: FileShare, sendMail: boolean): void {
  if (!sendMail || state.settings.mail === 'no') return
  for (const to of addressesOf(state, share))
    state.mails.push({
      at: state.now(),
      from: state.settings.mailFrom,
      to,
      subject: `${state.users.get(share.by)?.displayName ?? share.by} shared ${share.node.name} with you`,
      about: 'SHARE',
      uid: share.id,
      user: share.by,
    })
}

function addressesOf(state: CloudState, share: FileShare): readonly string[] {
  if (share.kind === 'mail') return [share.to]
  const people = [...state.users.values()].filter(
    ({ id, groups }) =>
      id !== share.by && ((share.kind === 'user' && id === share.to) || (share.kind === 'group' && groups.includes(share.to))),
  )
  return people.flatMap(({ email }) => email ?? [])
}
