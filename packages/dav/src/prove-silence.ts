import { type Call, Fault } from '@offramp/core'
import { flyCanary, type Role, sweepCanaries } from './canary.ts'
import type { Desk } from './desk.ts'
import { schedules } from './server.ts'
import { type Method, remedyFor, type Silence } from './silence.ts'

/** Accounts of this process whose silence is proved, with what proved it. Shared by all destinations of an endpoint. */
export type Proofs = Map<string, Promise<string>>

/**
 * The method with its proof, which is made when the first event comes. Where this process has proved it before, another worker may have moved the account
 * since, and died within a proof of its own: so before the first event of each turn whatever that has left is taken away.
 */
export function silenceOf(method: Method, proofs: Proofs, desk: () => Desk): Silence {
  let proof: string | undefined
  let ready: Promise<void> | undefined
  const begin = async (place: string, call: Call): Promise<void> => {
    const { account } = desk().client
    const standing = proofs.get(account)
    if (standing === undefined) {
      const proving = prove(desk(), place, call)
      proofs.set(account, proving)
      proving.catch(() => proofs.delete(account))
      proof = await proving
    } else {
      proof = await standing
      await sweepCanaries(desk(), { lately: true }, call)
    }
  }
  const told = async (place: string, call: Call): Promise<void> => {
    if (desk().kind !== 'event') return
    ready ??= begin(place, call)
    ready.catch(() => {
      ready = undefined
    })
    await ready
  }
  return {
    ...method,
    prove: told,
    assurances: () => [method.says, proof ?? (method.says === '' ? '' : PROVED)].filter((sentence) => sentence !== ''),
  }
}

/** True of every account by construction: whoever writes its first event has proved it in that process, or has stopped. */
const PROVED =
  'Before the first event of each account, one with an invitation was written and read back: had anything been sent or delivered, no event would have been written.'

const ROLES: readonly Role[] = ['organised', 'attended']

async function prove(desk: Desk, place: string, call: Call): Promise<string> {
  const { silence, server, settings } = desk
  await sweepCanaries(desk, {}, call)
  // Where nothing is announced, one look is enough to see that the announcement is true.
  const roles = schedules(server) ? ROLES : ROLES.slice(0, 1)
  for (const role of roles) {
    const signs = await flyCanary(desk, { place, role }, call)
    if (signs.length > 0) throw notSilent(desk, signs)
  }
  const proved =
    'Before the first event, one with an invitation was written and read back: nothing had been sent or delivered, and it was removed in silence.'
  if (settings.silence?.sink === undefined || !schedules(server)) {
    if (!silence.known) throw notProved(desk)
    return proved
  }
  const signs = await flyCanary(desk, { place, role: 'organised', control: true }, call)
  if (signs.length === 0 && !silence.known) throw notProved(desk)
  return signs.length === 0
    ? `${proved} The same without the method showed no sign of an invitation either: for this account the server sends none.`
    : `${proved} The same without the method was seen to send an invitation to the sink address, so the check can fail.`
}

const notSilent = ({ server, client }: Desk, signs: readonly string[]): Fault =>
  new Fault({
    reach: 'account',
    code: 'dav-not-silent',
    message: `${server.says} would tell guests about the events of ${client.account}: ${signs.join('; ')}. No event was written.`,
    remedy: remedyFor(server),
  })

const notProved = ({ server, client }: Desk): Fault =>
  new Fault({
    reach: 'account',
    code: 'dav-silence-unproved',
    message: `It cannot be proved that ${server.says} tells nobody about the events of ${client.account}: the server announces that it sends invitations, and is not one whose signs are known. No event was written.`,
    remedy: remedyFor(server),
  })
