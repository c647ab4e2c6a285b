import { Fault } from '@offramp/core'
import { type DavRefusal, isRefusal } from '../../faults.ts'
import { wordsOf } from '../ocs.ts'

/** Where the admin is named. */
const SETTING = '`files.provision` (admin, password) of this destination'

export const noAdmin = (host: string, name: string): Fault =>
  new Fault({
    reach: 'run',
    code: 'dav-team-no-admin',
    message: `There is no Team folder ${name} on ${host}, and the project names no admin who could make it.`,
    remedy: `Name one under ${SETTING}; or make the Team folder by hand, let the account into it, and run again.`,
  })

export const notAdmin = (login: string, host: string): Fault =>
  new Fault({
    reach: 'run',
    code: 'dav-team-not-admin',
    message: `${login} is no admin of ${host}, and may not make Team folders and groups there.`,
    remedy: `Write the login of an admin under ${SETTING}, or make the Team folder by hand.`,
  })

export const noApp = (host: string): Fault =>
  new Fault({
    reach: 'run',
    code: 'dav-no-team-folders',
    message: `${host} has no Team folders: its app groupfolders is not installed, or not enabled.`,
    remedy: 'occ app:install groupfolders; or empty the column "team folder" of the table, and name a "file folder" instead.',
  })

export const notNextcloud = (says: string): Fault =>
  new Fault({
    reach: 'run',
    code: 'dav-team-no-nextcloud',
    message: `There are no Team folders on ${says}: only Nextcloud has them.`,
    remedy: 'Empty the column "team folder" of the table, and name a "file folder" instead.',
  })

export const badName = (name: string): Fault =>
  new Fault({
    reach: 'run',
    code: 'dav-team-name',
    message: `A Team folder cannot be called "${name}" on this server.`,
    remedy: 'Write another name into the column "team folder" of the table.',
  })

export const taken = (account: string, name: string): Fault =>
  new Fault({
    reach: 'account',
    code: 'dav-team-name-taken',
    message: `Something called ${name} stands among the files of ${account} already. Nextcloud would rename it once a Team folder of that name is there.`,
    remedy: 'Rename it, or give the Team folder another name in the table.',
  })

export const unseen = (account: string, name: string): Fault =>
  new Fault({
    reach: 'account',
    code: 'dav-team-unseen',
    message: `The Team folder ${name} does not stand among the files of ${account}.`,
    remedy: 'Let the account into it (a group that it is in, with the right to write), or name another account in the table.',
  })

export const theirs = (name: string): Fault =>
  new Fault({
    reach: 'account',
    code: 'dav-team-theirs',
    message: `The Team folder ${name} was made by a person: who is in it, and what they may do, is left to them.`,
    remedy: 'Let people in by hand (Administration settings, Team folders).',
  })

export const strangers = (group: string, who: readonly string[]): Fault =>
  new Fault({
    reach: 'account',
    code: 'dav-team-strangers',
    message: `Somebody else is in the group ${group}, which is for the account that moves alone: ${who.slice(0, 5).join(', ')}.`,
    remedy: 'Take them out of that group: they would see everything before it is closed.',
  })

export const notSet = (name: string, path: string): Fault =>
  new Fault({
    reach: 'account',
    code: 'dav-team-rules',
    message: `An access list of the Team folder ${name} does not stand as it was written (${path}), so nobody was let in.`,
    remedy: 'See whether advanced permissions are on and the app groupfolders is up to date; then run this command again.',
  })

/** What the app or the server's own interface has refused to the admin. */
export function adminRefused(thrown: unknown, login: string, host: string): unknown {
  if (isRefusal(thrown, 403, 997)) return /confirm/i.test(thrown.said.words) ? unconfirmed(thrown, login) : notAdmin(login, host)
  return thrown
}

const unconfirmed = (thrown: DavRefusal, login: string): Fault =>
  new Fault({
    reach: 'run',
    code: 'dav-team-not-admin',
    message: `The server wants the password of ${login} confirmed, which single sign-on does not do: ${wordsOf(thrown)}.`,
    remedy: `Name an admin with a password of its own under ${SETTING}.`,
  })
