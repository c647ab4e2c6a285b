import type { Random } from './random.ts'

const RUBBISH = [
  '',
  ':',
  ';',
  '"',
  '=',
  '\\',
  '\0',
  '\ufffd',
  ' ',
  '\t',
  'BEGIN:VEVENT',
  'END:VCALENDAR',
  'RRULE:FREQ=SECONDLY;INTERVAL=-1',
  'DTSTART;TZID=:',
  '99999999',
  'T',
  '-1',
] as const

/** Text as a broken disk, a wrong program or a hurried person leaves it: lines lost, doubled, swapped, cut, filled with rubbish. */
export function damaged(text: string, random: Random): Buffer {
  const lines = text.split('\r\n')
  for (let times = random.whole(1, 6); times > 0; times--) {
    const at = random.whole(0, lines.length - 1)
    const line = lines[at] ?? ''
    const column = random.whole(0, line.length)
    const [first, ...others] = [
      () => lines.splice(at, 1),
      () => lines.splice(at, 0, line),
      () => lines.splice(random.whole(0, lines.length - 1), 0, ...lines.splice(at, 1)),
      () => lines.splice(at, 1, `${line.slice(0, column)}${random.one(RUBBISH)}${line.slice(column)}`),
      () => lines.splice(at, 1, line.slice(0, column)),
      () =>
        lines.splice(
          at,
          1,
          line.replaceAll(/\d/g, (digit) => (random.chance(0.3) ? String(random.whole(0, 9)) : digit)),
        ),
    ] as const
    random.one([first, ...others])()
  }
  const bytes = Buffer.from(lines.join(random.one(['\r\n', '\n', '\r'])))
  return random.chance(0.2) ? bytes.subarray(0, random.whole(0, bytes.length)) : bytes
}
