import type { HostileKind } from './kinds.ts'
import { attachmentPart, base64Body, boundaryOf, multipart, type Part, textPart } from './parts.ts'
import type { MailPlan } from './plan.ts'
import { hash32 } from './random.ts'

const HEADERS = 10_000
const DEEPEST = 500
const LINE = 1_000_000

/** Header and body of a message that exists in the field and breaks programs; `head` are the usual header lines. */
export function hostileMail(plan: MailPlan, kind: HostileKind, head: Buffer): readonly Buffer[] {
  switch (kind) {
    case 'bare-twin':
      return [
        Buffer.from(
          `From: ${plan.from.address}\r\nTo: ${plan.to[0]?.address ?? ''}\r\nX-Copy: ${plan.spec.index % 2 === 0 ? 'a' : 'b'}\r\n\r\n`,
        ),
      ]
    case 'no-blank-line':
      return [head.subarray(0, head.length - 2)]
    case 'many-headers':
      return whole(
        Buffer.concat([head, Buffer.from(Array.from({ length: HEADERS }, (_, at) => `X-Trace-${at}: hop ${at}\r\n`).join(''))]),
        textPart(plan, 200),
      )
    case 'huge-line':
      return whole(head, {
        headers: 'Content-Type: text/plain; charset="us-ascii"\r\n',
        body: [Buffer.alloc(LINE, 'one line '), Buffer.from('\r\n')],
      })
    case 'deep':
      return whole(head, deep(plan, DEEPEST))
    case 'unclosed':
      return unclosed(plan, head)
    case 'many-attachments':
    case 'winmail':
      return whole(
        head,
        multipart(
          'mixed',
          [textPart(plan, 200), ...plan.attachments.map((each, at) => attachmentPart(plan, each, at))],
          boundaryOf(plan, 0, 0),
        ),
      )
    case 'openpgp':
      return whole(head, openpgp(plan))
  }
}

const whole = (head: Buffer, part: Part): readonly Buffer[] => [head, Buffer.from(`MIME-Version: 1.0\r\n${part.headers}\r\n`), ...part.body]

function deep(plan: MailPlan, depth: number): Part {
  let part = textPart(plan, 100)
  for (let level = 0; level < depth; level++)
    part = multipart('mixed', [part], `deep-${level}-${hash32(plan.spec.origin.key, plan.spec.index)}`)
  return part
}

/** The last boundary is missing, as after a transport that gave up. */
function unclosed(plan: MailPlan, head: Buffer): readonly Buffer[] {
  const part = multipart('mixed', [textPart(plan, 300)], boundaryOf(plan, 0, 0))
  return whole(head, { ...part, body: part.body.slice(0, -1) })
}

function openpgp(plan: MailPlan): Part {
  const version: Part = { headers: 'Content-Type: application/pgp-encrypted\r\n', body: [Buffer.from('Version: 1\r\n')] }
  const armour = [
    Buffer.from('-----BEGIN PGP MESSAGE-----\r\n\r\n'),
    ...base64Body(hash32(plan.spec.origin.key, 'pgp', plan.spec.index), 2_000),
    Buffer.from('-----END PGP MESSAGE-----\r\n'),
  ]
  const secret: Part = { headers: 'Content-Type: application/octet-stream; name="encrypted.asc"\r\n', body: armour }
  return multipart('encrypted; protocol="application/pgp-encrypted"', [version, secret], boundaryOf(plan, 0, 0))
}
