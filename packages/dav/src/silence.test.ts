import { expect, test } from 'vitest'
import { numbersOf, type Server } from './server.ts'
import { methodFor } from './silence.ts'

const server = (kind: Server['kind'], version: string, schedules = true): Server => ({
  kind,
  version: numbersOf(version),
  says: `${kind} ${version}`,
  abilities: new Set(schedules ? ['calendar-access', 'calendar-auto-schedule'] : ['calendar-access']),
  webRoot: '',
})

test.each(['24.0.5', '31.0.0', '32.0.6', '34.0.0'])(
  "Nextcloud %s is silent by its own header and by sabre's, deletions as well",
  (version) => {
    expect(methodFor(server('nextcloud', version), 'event', undefined)).toMatchObject({
      headers: { 'x-nc-scheduling': 'false', 'schedule-reply': 'F' },
      coversRemoval: true,
      known: true,
    })
  },
)

test('Cyrus by its own header, a server that announces nothing by nothing, an unknown one only with a counter-check', () => {
  expect(methodFor(server('cyrus', '3.6.1'), 'event', undefined).headers).toEqual({ 'scheduling-enabled': 'F' })
  expect(methodFor(server('radicale', '', false), 'event', undefined)).toMatchObject({ headers: {}, known: true })
  expect(methodFor(server('other', ''), 'event', undefined).known).toBe(false)
})

test('guests are marked only where the operator says so, and never where the server sends nothing', () => {
  expect(methodFor(server('other', ''), 'event', { method: 'client-agent' }).marksGuests).toBe(true)
  expect(methodFor(server('other', '', false), 'event', { method: 'client-agent' }).marksGuests).toBe(false)
})
