import { type Call, Fault } from '@offramp/core'
import { type DavClient, type DavHost, makeClient } from '../client.ts'
import { isRefusal } from '../faults.ts'
import type { Admin } from './admin.ts'
import { askOcs, codeOf, factsOf, wordsOf } from './ocs.ts'
import type { FilesSettings, ProvisionSettings } from './settings.ts'

/** Makes accounts that are not there, and gets each a password of its own for this process. */
export interface Provisioner {
  isThere(account: string, call: Call): Promise<boolean>
  /** The account's secret for everything that follows. Makes the account if it is not there. */
  secretOf(account: string, call: Call): Promise<string>
  /** Gives the passwords back that were got. Never throws. */
  close(): Promise<void>
}

const CLOSE_MS = 10_000

interface Means {
  readonly host: DavHost<FilesSettings>
  readonly webRoot: string
  readonly settings: ProvisionSettings
  readonly admin: Admin
}

export function makeProvisioner({ host, webRoot, settings, admin }: Means): Provisioner {
  const as = (account: string, secret: () => Promise<string>): DavClient =>
    makeClient({ ...host, settings: { ...host.settings, auth: { kind: 'password', secret } } }, account)
  const secrets = new Map<string, Promise<string>>()
  const minted = new Map<string, string>()

  const isThere = async (account: string, call: Call): Promise<boolean> => {
    try {
      await admin.ask({ method: 'GET', path: `/cloud/users/${encodeURIComponent(account)}` }, call)
      return true
    } catch (thrown) {
      // Nextcloud 32 says of nobody whether they are there to who may not know, and not why.
      if (isRefusal(thrown, 404) && codeOf(thrown) !== 998) return false
      if (isRefusal(thrown, 404)) throw notAdmin(settings)
      throw isRefusal(thrown, 403, 997) ? notAdmin(settings) : thrown
    }
  }

  /** Signed in as the new user: an app password makes Nextcloud many times as fast, since it need not stretch the password with each request. */
  const mint = async (account: string, given: string, call: Call): Promise<string> => {
    const client = as(account, async () => given)
    try {
      const told = await askOcs(client, webRoot, { method: 'GET', path: '/core/getapppassword', asks: 'share' }, call)
      const secret = factsOf(told)['apppassword']
      if (typeof secret !== 'string' || secret === '') return given
      minted.set(account, secret)
      return secret
    } catch (thrown) {
      // It is an app password already, or the server mints none.
      if (isRefusal(thrown, 403, 404)) return given
      throw thrown
    }
  }

  const ensure = async (account: string, call: Call): Promise<string> => {
    const { auth } = host.settings
    if (auth.kind !== 'password') throw noPassword(host.settings)
    const given = await auth.secret(account)
    if (!(await isThere(account, call))) await make(admin, { account, given, settings, isThere: () => isThere(account, call) }, call)
    return mint(account, given, call)
  }

  return {
    isThere,
    secretOf(account, call) {
      const known = secrets.get(account) ?? ensure(account, call)
      secrets.set(account, known)
      known.catch(() => secrets.delete(account))
      return known
    },
    async close() {
      const call = { signal: AbortSignal.timeout(CLOSE_MS) }
      const revoke = ([account, secret]: readonly [string, string]): Promise<unknown> =>
        askOcs(
          as(account, async () => secret),
          webRoot,
          { method: 'DELETE', path: '/core/apppassword', asks: 'share' },
          call,
        )
      await Promise.all([...minted].map((one) => revoke(one).catch(() => undefined)))
    },
  }
}

interface Making {
  readonly account: string
  readonly given: string
  readonly settings: ProvisionSettings
  isThere(): Promise<boolean>
}

async function make(admin: Admin, { account, given, settings, isThere }: Making, call: Call): Promise<void> {
  const { quota, language, groups } = settings
  // Without a mail address: the server would welcome the new account by mail.
  const fields = {
    userid: account,
    password: given,
    ...(quota === undefined ? {} : { quota }),
    ...(language === undefined ? {} : { language }),
    ...(groups === undefined || groups.length === 0 ? {} : { groups }),
  }
  try {
    await admin.ask({ method: 'POST', path: '/cloud/users', fields }, call)
  } catch (thrown) {
    if (!isRefusal(thrown)) throw thrown
    // Another worker was quicker.
    if (codeOf(thrown) === 102) return
    if (codeOf(thrown) === 403) throw notAdmin(settings)
    if (await isThere()) throw halfMade(admin, account, wordsOf(thrown))
    throw new Fault({
      reach: 'account',
      code: 'dav-account-not-made',
      message: `The account ${account} could not be made on ${admin.host}: ${wordsOf(thrown)}.`,
      remedy: "Nextcloud takes letters, digits and _ . @ - ' in a login; its rules for passwords are in the settings of the server.",
    })
  }
}

/** Quota and language are set once the account is there, and it stays where one of them is not taken (Nextcloud 32.0.1). */
const halfMade = ({ host }: Admin, account: string, words: string): Fault =>
  new Fault({
    reach: 'account',
    code: 'dav-account-half-made',
    message: `The account ${account} was made on ${host}, and one of its settings was not taken: ${words}. Nothing was moved into it.`,
    remedy:
      'Correct `language` and `quota` under `provision`, delete the account there, and run again; as it stands, the next run moves into it.',
  })

const notAdmin = ({ admin }: ProvisionSettings): Fault =>
  new Fault({
    reach: 'account',
    code: 'dav-not-admin',
    message: `${admin} is no admin of the server, and may not make accounts there.`,
    remedy: 'Write the login of an admin under `provision`, or make the accounts by hand and take `provision` out.',
  })

const noPassword = ({ name }: FilesSettings): Fault =>
  new Fault({
    reach: 'run',
    code: 'dav-provision-auth',
    message: `Accounts are to be made on ${name}, and it does not say with which passwords.`,
    remedy: 'Write `password` as the kind of `auth` of this destination: new accounts get those passwords.',
  })
