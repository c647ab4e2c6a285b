import { dropUser } from '../users/furnish.ts'
import { type CloudUser, makeUser, userNamed } from '../users/user.ts'
import { refusalOf } from './password-policy.ts'
import { quotaIn } from './quota.ts'
import { OcsError } from './reply.ts'
import type { OcsCall } from './route.ts'

const usedBy = ({ files }: CloudUser): number => files.root.size + files.versionBytes + files.trashBytes

/** What is said of a user: to themselves and to administrators. */
export function userData(user: CloudUser): object {
  const isLimited = user.quota !== Number.POSITIVE_INFINITY
  const used = usedBy(user)
  const free = isLimited ? Math.max(0, user.quota - used) : -3
  return {
    enabled: !user.disabled,
    id: user.id,
    quota: {
      free,
      used,
      total: isLimited ? user.quota : -3,
      relative: isLimited && user.quota > 0 ? Math.round((used / user.quota) * 10_000) / 100 : 0,
      quota: isLimited ? user.quota : -3,
    },
    email: user.email ?? null,
    displayname: user.displayName,
    'display-name': user.displayName,
    groups: user.admin && !user.groups.includes('admin') ? [...user.groups, 'admin'] : user.groups,
    language: user.language,
  }
}

export function onlyAdmins({ viewer }: OcsCall): void {
  if (!viewer.admin) throw new OcsError(403, 'Logged in account must be at least a sub admin')
}

export function lookUpUser({ state, viewer, at: [id = ''] }: OcsCall): object {
  const user = userNamed(state.users, id)
  // Nextcloud 32.0.1 does not say why.
  if (!viewer.admin && viewer !== user) throw new OcsError(998, '')
  if (!user) throw new OcsError(404, 'User does not exist')
  return userData(user)
}

export function listUsers(call: OcsCall): object {
  onlyAdmins(call)
  const { state, given } = call
  const search = (given.text('search') ?? '').toLowerCase()
  const all = [...state.users.values()].filter(({ id, displayName, email = '' }) =>
    [id, displayName, email].some((text) => text.toLowerCase().includes(search)),
  )
  const from = given.number('offset') ?? 0
  return { users: all.slice(from, from + (given.number('limit') ?? all.length)).map(({ id }) => id) }
}

/** Facts 4.7. What is refused has a number of its own. */
export function createUser(call: OcsCall): object {
  onlyAdmins(call)
  const { state, given } = call
  const id = given.text('userid') ?? ''
  const [password = '', email = ''] = [given.text('password'), given.text('email')]
  if (userNamed(state.users, id)) throw new OcsError(102, 'User already exists')
  const groups = given.texts('groups')
  const unknown = groups.find((group) => !state.groups.has(group))
  if (unknown !== undefined) throw new OcsError(104, `Group ${unknown} does not exist`)
  if (password === '' && email === '') throw new OcsError(108, 'An email address is required, to send a password link to the user.')
  if (!/^[a-zA-Z0-9_.@\-']+$/.test(id) || id === '.' || id === '..')
    throw new OcsError(101, 'Only the following characters are allowed in an Login: "a-z", "A-Z", "0-9", spaces and "_.@-\'"')
  const refusal = password === '' ? undefined : refusalOf(state, password)
  if (refusal !== undefined) throw new OcsError(107, refusal)
  const user = makeUser(
    {
      id,
      ...(password !== '' && { password }),
      ...(email !== '' && { email }),
      displayName: given.text('displayName') || id,
      groups,
    },
    state.seed,
    state.now(),
  )
  user.appPasswords.clear()
  user.isNew = true
  state.users.set(id, user)
  // By now the account is there, and stays if one of these is not taken (Nextcloud 32.0.1).
  const quota = quotaIn(given.text('quota') ?? 'default')
  user.quota = quota < 0 ? Number.POSITIVE_INFINITY : quota
  user.language = languageIn(given.text('language') || 'en')
  return { id }
}

const LANGUAGES =
  /^(ar|ca|cs|da|de|de_DE|el|en|en_GB|es|et_EE|eu|fi|fr|ga|gl|hu|is|it|ja|ko|lt_LT|nb|nl|pl|pt_BR|pt_PT|ro|ru|sk|sl|sr|sv|tr|uk|zh_CN|zh_HK|zh_TW)$/

function languageIn(text: string): string {
  if (!LANGUAGES.test(text)) throw new OcsError(101, 'Invalid language')
  return text
}

export function removeUser(call: OcsCall): readonly [] {
  onlyAdmins(call)
  const { state, at } = call
  if (!state.users.has(at[0] ?? '') || at[0] === call.viewer.id) throw new OcsError(101, 'Failed to delete user')
  dropUser(state, at[0] ?? '')
  return []
}

export function switchUser(call: OcsCall): readonly [] {
  onlyAdmins(call)
  const [id = '', what] = call.at
  const user = call.state.users.get(id)
  if (!user || user === call.viewer) throw new OcsError(101, 'Failed to switch user')
  user.disabled = what === 'disable'
  return []
}

/** One thing at a time: `key` and `value`. */
export function updateUser({ state, viewer, at: [id = ''], given }: OcsCall): readonly [] {
  const user = state.users.get(id)
  if (!user || (!viewer.admin && viewer !== user)) throw new OcsError(998, 'User does not exist')
  const value = given.text('value') ?? ''
  switch (given.text('key')) {
    case 'email':
      if (value !== '' && !/^[^@\s]+@[^@\s]+$/.test(value)) throw new OcsError(101, 'Invalid email')
      user.email = value === '' ? undefined : value
      return []
    case 'displayname':
    case 'display':
      user.displayName = value
      return []
    case 'password': {
      const refusal = refusalOf(state, value)
      if (refusal !== undefined) throw new OcsError(107, refusal)
      user.password = value
      return []
    }
    case 'quota':
      if (!viewer.admin) throw new OcsError(103, 'Setting the quota is not allowed')
      user.quota = quotaIn(value) < 0 ? Number.POSITIVE_INFINITY : quotaIn(value)
      return []
    case 'language':
      user.language = languageIn(value)
      return []
    default:
      throw new OcsError(113, `Unknown key "${given.text('key') ?? ''}"`)
  }
}
