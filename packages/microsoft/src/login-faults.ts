import { Fault } from '@offramp/core'
import { numberOf, parseObject, type ResponseFacts, textOf } from '@offramp/wire'

interface LoginRow {
  /** `run`: the endpoint's own settings are wrong. `account`: somebody in the tenant must consent or allow. `call`: it passes. */
  readonly reach: 'run' | 'account' | 'call'
  readonly says: string
  readonly remedy: string
}

const APP = 'Microsoft Entra admin center, App registrations'

/** https://learn.microsoft.com/entra/identity-platform/reference-error-codes, in the words of the person who has to act. */
const AADSTS: Readonly<Record<number, LoginRow>> = {
  7000215: {
    reach: 'run',
    says: 'the client secret is wrong',
    remedy: `Paste the secret's value, not its ID. It is shown only once, so make a new one if in doubt: ${APP}, Certificates & secrets.`,
  },
  7000222: {
    reach: 'run',
    says: 'the client secret has expired',
    remedy: `Make a new secret, or better a certificate, under ${APP}, Certificates & secrets, and put it into the endpoint's settings.`,
  },
  7000216: { reach: 'run', says: 'no client secret or certificate was sent', remedy: "Check the credential in the endpoint's settings." },
  7000218: { reach: 'run', says: 'no client secret or certificate was sent', remedy: "Check the credential in the endpoint's settings." },
  700016: {
    reach: 'run',
    says: 'this tenant does not know the app',
    remedy:
      'Check the client ID and the tenant ID: the app may belong to another tenant. If it does, an administrator of this one must consent to it first.',
  },
  7000229: {
    reach: 'run',
    says: 'the app has no service principal in this tenant',
    remedy: 'An administrator of the tenant must consent to the app: App registrations, API permissions, Grant admin consent.',
  },
  7000112: {
    reach: 'run',
    says: 'the app is disabled in this tenant',
    remedy: 'Enable it: Microsoft Entra admin center, Enterprise applications, Properties, Enabled for users to sign in.',
  },
  90002: { reach: 'run', says: 'there is no such tenant', remedy: 'Check the tenant ID, and whether the endpoint names the right cloud.' },
  900023: { reach: 'run', says: 'the tenant ID is malformed', remedy: "Use the tenant's GUID or one of its domain names." },
  65001: {
    reach: 'account',
    says: 'nobody has consented to the app',
    remedy: 'An administrator opens App registrations, API permissions, and presses Grant admin consent.',
  },
  1002012: {
    reach: 'run',
    says: 'the scope is not valid for this tenant',
    remedy: 'Check that the endpoint names the cloud in which the tenant lives (global, us-gov, us-dod, china).',
  },
  500011: {
    reach: 'run',
    says: 'the tenant does not know Microsoft Graph under this address',
    remedy: 'Check that the endpoint names the cloud in which the tenant lives (global, us-gov, us-dod, china).',
  },
  700027: {
    reach: 'run',
    says: "the certificate's signature was not accepted",
    remedy: `Upload the very certificate that belongs to this key: ${APP}, Certificates & secrets. Compare the thumbprints.`,
  },
  700030: { reach: 'run', says: 'the certificate is not valid', remedy: `Upload a current certificate: ${APP}, Certificates & secrets.` },
  700024: {
    reach: 'run',
    says: 'the signed request is outside its time',
    remedy: "This machine's clock is wrong. Let it follow a time server (NTP), then start again.",
  },
  53003: {
    reach: 'account',
    says: 'a Conditional Access policy for workload identities blocks the app',
    remedy: "Allow this machine's address for the app: Protection, Conditional Access, policies that target workload identities.",
  },
  90033: { reach: 'call', says: 'the sign-in service is unavailable for the moment', remedy: '' },
}

/** What Microsoft Entra says instead of a token. Undefined where it says nothing that a status does not. */
export function loginFault(facts: ResponseFacts): Fault | undefined {
  const body = parseObject(facts.body)
  const description = textOf(body['error_description']) ?? ''
  const listed = Array.isArray(body['error_codes']) ? numberOf(body['error_codes'][0]) : undefined
  const code = listed ?? numberOf(/AADSTS(\d+)/.exec(description)?.[1])
  if (code === undefined || facts.status === 429 || facts.status >= 500) return undefined
  const row = AADSTS[code]
  const trace = textOf(body['trace_id'])
  const tail = `AADSTS${code}${trace === undefined ? '' : `, trace ${trace}`}`
  if (row === undefined) {
    const first = description.split(/[\r\n]/)[0]?.slice(0, 300) ?? ''
    return new Fault({
      reach: 'account',
      code: `entra-${code}`,
      message: `No token for ${facts.about}. Microsoft says: ${first} (${tail})`,
      remedy: `Look the code up: https://login.microsoftonline.com/error?code=${code}`,
    })
  }
  const message = `No token for ${facts.about}: ${row.says} (${tail}).`
  return new Fault({ reach: row.reach, code: `entra-${code}`, message, ...(row.remedy === '' ? {} : { remedy: row.remedy }) })
}
