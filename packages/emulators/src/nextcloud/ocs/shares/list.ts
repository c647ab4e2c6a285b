import { storeOf } from '../../files/node.ts'
import { type FileShare, isExpired } from '../../files/share.ts'
import { mountsOf } from '../../files/view.ts'
import type { OcsCall } from '../route.ts'
import { ownShare, seenAtPath, shareData } from './show.ts'

/** `GET shares`: one's own, of one path, of what is in a folder, or those that others have given. */
export function listShares(call: OcsCall): readonly object[] {
  const { state, viewer } = call
  const live = [...state.shares.values()].filter((share) => storeOf(share.node) && !isExpired(share, state.now()))
  return chosen(call, live).map((share) => shareData({ state, viewer }, share))
}

function chosen(call: OcsCall, live: readonly FileShare[]): readonly FileShare[] {
  const { viewer, given } = call
  const path = given.text('path')
  if (given.flag('shared_with_me')) {
    const mounted = new Set([...mountsOf(call).values()].flatMap(({ shares }) => shares))
    const wanted = path === undefined ? undefined : seenAtPath(call, path).node
    return live.filter((share) => mounted.has(share) && (!wanted || share.node === wanted))
  }
  const own = live.filter((share) => share.by === viewer.id || (given.flag('reshares') === true && share.owner === viewer.id))
  if (path === undefined) return own
  const { node } = seenAtPath(call, path)
  return given.flag('subfiles') ? own.filter((share) => share.node.parent === node) : own.filter((share) => share.node === node)
}

/** A list of one, as OCS has it. */
export const oneShare = (call: OcsCall): readonly object[] => [shareData(call, ownShare(call, call.at[0] ?? ''))]
