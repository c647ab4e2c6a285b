import { appPassword, type CloudUser } from '../users/user.ts'
import { OcsError } from './reply.ts'
import type { OcsCall } from './route.ts'

/** The app password that a request has come with; undefined for the user's own password. */
const used = ({ appPasswords, id, email }: CloudUser, authorization: string): string | undefined =>
  [...appPasswords.keys()].find(
    (each) =>
      authorization === `Bearer ${each}` ||
      [id, email].some((name) => authorization.endsWith(Buffer.from(`${name}:${each}`).toString('base64'))),
  )

/** An app password, for whoever has come with a password; one app password does not beget another. */
export function mintAppPassword({ state, viewer, authorization }: OcsCall): object {
  if (used(viewer, authorization) !== undefined) throw new OcsError(403, 'You cannot request an new apppassword with an apppassword')
  viewer.minted += 1
  const apppassword = appPassword(state.seed, viewer.id, viewer.minted)
  viewer.appPasswords.set(apppassword, 'minted')
  return { apppassword }
}

/** The one that it is asked with is good no more. */
export function forgetAppPassword({ viewer, authorization }: OcsCall): readonly [] {
  const password = used(viewer, authorization)
  if (password === undefined) throw new OcsError(403, 'no app password in use')
  viewer.appPasswords.delete(password)
  return []
}
