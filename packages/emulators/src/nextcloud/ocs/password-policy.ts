import type { CloudState } from '../serve/state.ts'

/** The passwords that everybody tries first. */
const COMMON = new Set([
  'password',
  'password1',
  'password123',
  '1234567890',
  '12345678910',
  'qwertyuiop',
  'iloveyou12',
  'passwordpassword',
])

/** Why a password is not taken; undefined where it is. */
export function refusalOf({ settings }: CloudState, password: string): string | undefined {
  if (password.length < settings.passwordLength) return `Password needs to be at least ${settings.passwordLength} characters long.`
  if (COMMON.has(password.toLowerCase())) return 'Password is among the 1,000,000 most common ones. Please make it unique.'
  return undefined
}
