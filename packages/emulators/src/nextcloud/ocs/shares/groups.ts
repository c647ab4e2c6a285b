import type { ShareKind } from '../../files/share.ts'
import { userNamed } from '../../users/user.ts'
import { isSince } from '../../version.ts'
import { OcsError } from '../reply.ts'
import type { OcsCall } from '../route.ts'

/** What an administrator has limited by groups is refused, from 32 on without a word of why (29.0.1, 32.0.1, 34.0.1). */
export function limitByGroups({ state, viewer }: OcsCall, kind: ShareKind, to: string): void {
  const refuse = (words: string): never => {
    throw new OcsError(403, isSince(state.version, '32') ? 'Failed to create share.' : words)
  }
  const { groupsWithoutSharing, onlyWithinGroups } = state.settings
  if (viewer.groups.some((group) => groupsWithoutSharing.includes(group))) refuse('Sharing is disabled for you')
  if (onlyWithinGroups === 'no') return
  const theirs = userNamed(state.users, to)?.groups ?? []
  if (kind === 'user' && !viewer.groups.some((group) => theirs.includes(group))) refuse('Sharing is only allowed with group members')
  if (kind === 'group' && !viewer.groups.includes(to)) refuse('Sharing is only allowed within your own groups')
}
