import { permissionsOn } from '../../files/reach.ts'
import type { FileShare } from '../../files/share.ts'
import { look, type Seen } from '../../files/view.ts'
import { OcsError } from '../reply.ts'
import type { OcsCall } from '../route.ts'
import { mailAbout } from './mail.ts'
import { changedExpiry, passwordIn, permissionsFor } from './rules.ts'
import { ownShare, shareData } from './show.ts'

const KNOWN = ['permissions', 'password', 'expireDate', 'note', 'label', 'hideDownload', 'attributes', 'publicUpload']

/** `PUT shares/<id>`. */
export function updateShare(call: OcsCall): object {
  const { state, given } = call
  const share = ownShare(call, call.at[0] ?? '')
  if (KNOWN.every((name) => given.text(name) === undefined)) throw new OcsError(400, 'Wrong or no update parameter given')
  const isOutside = share.kind === 'link' || share.kind === 'mail'
  if (given.text('permissions') !== undefined || given.text('publicUpload') !== undefined)
    share.permissions = permissionsFor(share.kind, ownView(call, share), given)
  const day = given.text('expireDate')
  if (day !== undefined) share.expires = changedExpiry(state, { kind: share.kind, text: day })
  const password = given.text('password')
  if (password !== undefined && isOutside) share.password = passwordIn(state, password)
  const note = given.text('note')
  if (note !== undefined && note !== share.note) {
    share.note = note
    // A note is sent to whoever can be written to, whatever was said when it was shared.
    if (note !== '') mailAbout(state, share, true)
  }
  share.label = given.text('label') ?? share.label
  share.hideDownload = given.flag('hideDownload') ?? share.hideDownload
  share.attributes = given.text('attributes') ?? share.attributes
  return shareData(call, share)
}

/** What the one who shares may do with it: nobody gives more than they have. */
function ownView(call: OcsCall, { node, by }: FileShare): Seen {
  const { state } = call
  const viewer = state.users.get(by) ?? call.viewer
  const root = look({ state, viewer }, [])
  if (!root) throw new OcsError(404, 'Wrong share ID, share does not exist')
  return { ...root, node, permissions: permissionsOn(state, viewer, node).permissions, segments: [node.name] }
}

export function removeShare(call: OcsCall): readonly [] {
  const { state, viewer, at } = call
  const id = at[0] ?? ''
  const share = state.shares.get(id)
  // Whoever has it may leave it.
  if (share?.kind === 'user' && share.to === viewer.id) state.shares.delete(id)
  else state.shares.delete(ownShare(call, id).id)
  return []
}
