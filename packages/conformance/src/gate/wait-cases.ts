import type { Quota } from '@offramp/core'
import { expect } from 'vitest'
import { enter, enterNow, gateCase, type OpenLab } from './in-lab.ts'

const ONE: Quota = { key: 'k', concurrent: 1 }

export function gateWaitCases(open: OpenLab): void {
  gateCase(open, 'a shut gate holds everyone from the next call on, and opens on time', async (lab) => {
    const [a, b] = [await lab.process(), await lab.process()]
    const quota: Quota = { key: 'k', concurrent: 8 }
    await enterNow(lab, a, quota)
    await enterNow(lab, b, quota)
    const until = lab.now() + lab.patienceMs / 2
    await b.gate.shut('k', until, 'Retry-After')
    const calls = [enter(lab, a, quota), enter(lab, b, quota)]
    await lab.advance(lab.patienceMs / 2 - 200)
    expect(calls.map(({ ticket, error }) => [ticket, error])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ])
    expect(await a.gate.states()).toMatchObject([{ key: 'k', shutUntil: until, why: 'Retry-After', inFlight: 2 }])
    await lab.advance(400)
    for (const call of calls) expect(call.enteredAt).toBeGreaterThanOrEqual(until)
  })

  gateCase(open, 'a gate may be shut before anybody has used it', async (lab) => {
    const [a, b] = [await lab.process(), await lab.process()]
    const until = lab.now() + 3_600_000
    await a.gate.shut('k', until, 'maintenance')
    const call = enter(lab, b, ONE)
    await call.done
    expect(call.error).toMatchObject({ reach: 'gate', until })
  })

  gateCase(open, 'a shorter wait never replaces a longer one', async (lab) => {
    const [a, b] = [await lab.process(), await lab.process()]
    const until = lab.now() + 600_000
    await a.gate.shut('k', until, 'long')
    await b.gate.shut('k', lab.now() + 1_000, 'short')
    await b.gate.shut('k', lab.now() - 1_000, 'past')
    await lab.advance(5_000)
    const call = enter(lab, b, ONE)
    await call.done
    expect(call.error).toMatchObject({ reach: 'gate', until })
    expect(await b.gate.states()).toMatchObject([{ shutUntil: until, why: 'long' }])
  })

  gateCase(open, 'a wait beyond patience is not begun: the fault names the earliest useful time, and nothing is taken', async (lab) => {
    const [a, b] = [await lab.process(), await lab.process()]
    const perMs = lab.patienceMs * 10
    const quota: Quota = { key: 'k', windows: [{ amount: 4, perMs }] }
    const began = lab.now()
    await enterNow(lab, a, quota, 3)
    const call = enter(lab, b, quota, { weight: 2 })
    await call.done
    expect(lab.now()).toBe(began)
    expect(call.error).toMatchObject({ name: 'Fault', reach: 'gate' })
    const until = call.error instanceof Error && 'until' in call.error ? Number(call.error.until) : 0
    expect(until).toBeGreaterThanOrEqual(began + perMs)
    expect(until, 'not much later than needed').toBeLessThanOrEqual(began + perMs * 1.05)
    expect(await b.gate.states()).toMatchObject([{ inFlight: 1, used: 0.75 }])
    await enterNow(lab, b, quota, 1)
    await lab.advance(until - lab.now())
    await enterNow(lab, b, quota, 2)
  })

  gateCase(open, 'a short wait happens in place', async (lab) => {
    const process = await lab.process()
    const perMs = Math.floor(lab.patienceMs / 2)
    const quota: Quota = { key: 'k', windows: [{ amount: 1, perMs }] }
    const first = enter(lab, process, quota)
    await first.done
    const second = enter(lab, process, quota)
    await lab.advance(perMs * 1.05 + 100)
    expect((second.enteredAt ?? 0) - (first.enteredAt ?? 0)).toBeGreaterThanOrEqual(perMs)
  })

  gateCase(open, 'waiting for a place in flight ends with patience', async (lab) => {
    const [a, b] = [await lab.process(), await lab.process()]
    await enterNow(lab, a, ONE)
    const call = enter(lab, b, ONE)
    await lab.advance(lab.patienceMs + 500)
    expect(call.error).toMatchObject({ reach: 'gate' })
    expect(call.error instanceof Error && 'until' in call.error ? call.error.until : 0).toBeGreaterThan(lab.now() - 500)
  })

  gateCase(open, 'those who wait enter in the order in which they came', async (lab) => {
    const process = await lab.process()
    const held = await enterNow(lab, process, ONE)
    const order: number[] = []
    for (let i = 0; i < 6; i++) {
      const call = enter(lab, process, ONE)
      void call.done.then(() => {
        order.push(i)
        call.ticket?.leave()
      })
      await lab.advance(10)
    }
    held.leave()
    await lab.advance(lab.patienceMs / 2)
    expect(order).toEqual([0, 1, 2, 3, 4, 5])
  })

  gateCase(open, 'who came first enters first, from whatever process', async (lab) => {
    const [a, b] = [await lab.process(), await lab.process()]
    const held = await enterNow(lab, a, ONE)
    const earlier = enter(lab, b, ONE)
    await lab.advance(200)
    const later = enter(lab, a, ONE)
    await lab.advance(200)
    held.leave()
    await lab.advance(500)
    expect([earlier.ticket !== undefined, later.ticket !== undefined]).toEqual([true, false])
    earlier.ticket?.leave()
    await lab.advance(500)
    expect(later.ticket).toBeDefined()
  })

  gateCase(open, 'a place that one process frees is taken by one that waits', async (lab) => {
    const [a, b] = [await lab.process(), await lab.process()]
    const held = await enterNow(lab, a, ONE)
    const waiting = enter(lab, b, ONE)
    await lab.advance(300)
    expect(waiting.ticket).toBeUndefined()
    held.leave()
    await lab.advance(500)
    expect(waiting.ticket).toBeDefined()
  })

  gateCase(open, 'who gives up while waiting takes nothing and holds nobody up', async (lab) => {
    const [a, b] = [await lab.process(), await lab.process()]
    const held = await enterNow(lab, a, ONE)
    const reason = new Error('stop')
    const stop = new AbortController()
    const given = enter(lab, b, ONE, { signal: stop.signal })
    await lab.advance(100)
    const patient = enter(lab, a, ONE)
    await lab.advance(100)
    stop.abort(reason)
    await given.done
    expect(given.error).toBe(reason)
    held.leave()
    await lab.advance(1_500)
    expect(patient.ticket).toBeDefined()
    expect(await a.gate.states()).toMatchObject([{ inFlight: 1 }])
  })

  gateCase(open, 'who gives up at the very moment of being let in leaves no place taken', async (lab) => {
    const process = await lab.process()
    for (const delay of [0, 1, 2, 3]) {
      const stop = new AbortController()
      const call = enter(lab, process, { key: `k${delay}`, concurrent: 1 }, { signal: stop.signal })
      for (let turn = 0; turn < delay; turn++) await Promise.resolve()
      stop.abort(new Error('stop'))
      await call.done
      call.ticket?.leave()
    }
    await lab.advance(1_000)
    expect((await process.gate.states()).filter(({ inFlight }) => inFlight > 0)).toEqual([])
  })

  gateCase(open, 'a signal that has aborted lets nobody in', async (lab) => {
    const process = await lab.process()
    const reason = new Error('stop')
    const call = enter(lab, process, ONE, { signal: AbortSignal.abort(reason) })
    await call.done
    expect(call.error).toBe(reason)
    await enterNow(lab, process, ONE)
  })
}
