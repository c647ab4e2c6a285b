import { createPrivateKey, type KeyObject } from 'node:crypto'
import { Fault } from '@offramp/core'
import { parseObject, textOf } from '@offramp/wire'
import type { GoogleSettings } from './settings.ts'

/** What a key file says of a service account. */
export interface AccountKey {
  readonly email: string
  readonly key: KeyObject
  readonly keyId: string | undefined
  readonly clientId: string | undefined
  /** Whose quota it is. */
  readonly project: string
}

/** Reads a key file; throws a `run` fault that says what is wrong with it, and never quotes it. */
export function readKey(settings: GoogleSettings, text: string): AccountKey {
  const broken = (what: string): Fault =>
    new Fault({
      reach: 'run',
      code: 'google-bad-key',
      message: `Endpoint ${settings.name}: ${what}`,
      remedy:
        'Give the JSON file that Google Cloud console offered once: IAM & Admin > Service Accounts > Keys > Add key > JSON. Make a new one if it is lost.',
    })
  const file = parseObject(text)
  const type = textOf(file['type'])
  if (type === undefined) throw broken('the key is not the JSON file of a service account.')
  if (type !== 'service_account') throw broken(`the key file is of type ${type.slice(0, 40)}, and not of a service account.`)
  const email = textOf(file['client_email'])
  const pem = textOf(file['private_key'])
  if (email === undefined || pem === undefined) throw broken('the key file lacks client_email or private_key.')
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    throw broken('the private key in the key file is not PEM.')
  }
  if (key.asymmetricKeyType !== 'rsa') throw broken('the private key in the key file is not RSA.')
  const project = textOf(file['project_id']) ?? projectOf(email)
  return { email, key, keyId: textOf(file['private_key_id']), clientId: textOf(file['client_id']), project }
}

/** `offramp@acme-migration.iam.gserviceaccount.com` -> `acme-migration`; a name of another shape stands for itself. */
export const projectOf = (email: string): string => /@([a-z0-9.-]+)\.iam\.gserviceaccount\.com$/i.exec(email)?.[1] ?? email
