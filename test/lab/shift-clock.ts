/**
 * A machine whose clock is wrong: imported before a program (`node --import`), it moves everything that asks for the date by
 * `OFFRAMP_TEST_AHEAD_MS` milliseconds. Timers and monotonic time are as they were, as on a real machine.
 */
const ahead = Number(process.env['OFFRAMP_TEST_AHEAD_MS'] ?? '0')
const RealDate = globalThis.Date

class ShiftedDate extends RealDate {
  constructor(...given: readonly [] | readonly [value: number | string | Date]) {
    if (given.length === 0) super(RealDate.now() + ahead)
    else super(...(given as ConstructorParameters<typeof RealDate>))
  }

  static override now(): number {
    return RealDate.now() + ahead
  }
}

Object.defineProperty(globalThis, 'Date', { value: ShiftedDate, writable: true, configurable: true })
