import type { Quota } from '@offramp/core'
import { expect } from 'vitest'
import type { GateProcess } from '../gate-suite.ts'
import { enter, enterNow, fullest, gateCase, type Job, keepEntering, never, type OpenLab } from './in-lab.ts'

export function gateQuotaCases(open: OpenLab): void {
  gateCase(open, 'an open gate lets in at once, and says what it holds', async (lab) => {
    const process = await lab.process()
    const quota: Quota = { key: 'graph-mail:app:anna', windows: [{ amount: 10, perMs: 60_000 }], concurrent: 4 }
    const tickets = [await enterNow(lab, process, quota), await enterNow(lab, process, quota, 4)]
    expect(await process.gate.states()).toEqual([{ key: quota.key, inFlight: 2, used: 0.5 }])
    for (const ticket of tickets) ticket.leave()
    await lab.advance(1)
    expect(await process.gate.states()).toMatchObject([{ inFlight: 0, used: 0.5 }])
  })

  gateCase(open, 'no window of any start ever holds more than the amount, whoever asks', async (lab) => {
    const processes = [await lab.process(), await lab.process(), await lab.process()]
    const quota: Quota = { key: 'k', windows: [{ amount: 10, perMs: 10_000 }] }
    const jobs = Array.from({ length: 50 }, (_, i): Job => ({ process: pick(processes, i), quota }))
    const early = await keepEntering(lab, jobs.slice(0, 7), 6_300)
    const entered = [...early, ...(await keepEntering(lab, jobs.slice(7), 60_000))]
    expect(fullest(entered, 10_000)).toBe(10)
    expect(entered.length, 'the quota is used, not only kept').toBe(50)
  })

  gateCase(open, 'several windows hold at once, and weights count', async (lab) => {
    const processes = [await lab.process(), await lab.process()]
    const quota: Quota = {
      key: 'k',
      windows: [
        { amount: 6, perMs: 1_000 },
        { amount: 20, perMs: 10_000 },
      ],
    }
    const jobs = Array.from({ length: 24 }, (_, i): Job => ({ process: pick(processes, i), quota, weight: 1 + (i % 4) }))
    const entered = await keepEntering(lab, jobs, 60_000)
    expect(entered).toHaveLength(24)
    expect(fullest(entered, 1_000)).toBeLessThanOrEqual(6)
    expect(fullest(entered, 10_000)).toBeLessThanOrEqual(20)
    expect(fullest(entered, 10_000)).toBeGreaterThan(15)
  })

  gateCase(open, 'never more in flight than allowed, over all processes, and everybody gets through', async (lab) => {
    const processes = [await lab.process(), await lab.process()]
    const quota: Quota = { key: 'k', concurrent: 4 }
    const jobs = Array.from({ length: 24 }, (_, i): Job => ({ process: pick(processes, i), quota, flightMs: 300 + (i % 5) * 100 }))
    const entered = await keepEntering(lab, jobs, 60_000)
    expect(entered).toHaveLength(24)
    const most = Math.max(...entered.map(({ at }) => entered.filter((other) => other.at <= at && other.left > at).length))
    expect(most).toBe(4)
  })

  gateCase(open, 'keys do not know each other', async (lab) => {
    const process = await lab.process()
    await enterNow(lab, process, { key: 'a', concurrent: 1 })
    await enterNow(lab, process, { key: 'b', concurrent: 1 })
    await process.gate.shut('c', lab.now() + 60_000, 'busy')
    await enterNow(lab, process, { key: 'd', concurrent: 1 })
  })

  gateCase(open, 'a call that several quotas count enters when all let it, and otherwise takes from none', async (lab) => {
    const processes = [await lab.process(), await lab.process()]
    const project = { key: 'gmail:{p}', windows: [{ amount: 30, perMs: 10_000 }] }
    const user = (name: string): Quota => ({
      key: `gmail:{p}:${name}`,
      windows: [{ amount: 20, perMs: 10_000 }],
      concurrent: 4,
      also: [project],
    })
    const names = ['anna', 'bruno', 'chloe']
    const jobs = Array.from({ length: 45 }, (_, i): Job => ({ process: pick(processes, i), quota: user(names[i % 3] ?? ''), weight: 2 }))
    const entered = await keepEntering(lab, jobs, 120_000)
    expect(entered).toHaveLength(45)
    expect(fullest(entered, 10_000)).toBeLessThanOrEqual(30)
    expect(fullest(entered, 10_000)).toBeGreaterThan(26)
    await lab.advance(30_000)
    const [first] = processes
    if (!first) throw new Error('no process')
    await enterNow(lab, first, { ...user('anna'), windows: [{ amount: 4, perMs: 10_000 }] }, 4)
    const refused = enter(lab, first, { ...user('anna'), windows: [{ amount: 4, perMs: 10_000 }] }, { weight: 2 })
    await lab.advance(1_000)
    expect(refused.ticket).toBeUndefined()
    const states = await first.gate.states()
    expect(states.find(({ key }) => key === project.key)?.used, 'what was kept from the user was not taken from the project').toBeCloseTo(
      4 / 30,
    )
  })

  gateCase(open, 'shutting one of several counts keeps out all whom it counts, and nobody else', async (lab) => {
    const process = await lab.process()
    const quota = (name: string, project: string): Quota => ({ key: `gmail:{${project}}:${name}`, also: [{ key: `gmail:{${project}}` }] })
    await process.gate.shut('gmail:{p}', lab.now() + 3_600_000, 'the day is used up')
    const { signal } = new AbortController()
    for (const name of ['anna', 'bruno']) {
      await expect(process.gate.enter(quota(name, 'p'), 1, { signal })).rejects.toMatchObject({
        reach: 'gate',
        until: expect.closeTo(lab.now() + 3_600_000, -4),
        message: expect.stringContaining('the day is used up'),
      })
    }
    await enterNow(lab, process, quota('anna', 'other'))
    const waiting = enter(lab, process, { key: 'gmail:{q}:x', also: [{ key: 'gmail:{q}' }], concurrent: 1 })
    await waiting.done
    await process.gate.shut('gmail:{q}:x', lab.now() + 3_600_000, 'slow down')
    await enterNow(lab, process, quota('y', 'q'))
  })

  gateCase(open, 'what could never enter is a fault of the run, and not a wait', async (lab) => {
    const process = await lab.process()
    const quota: Quota = { key: 'k', windows: [{ amount: 5, perMs: 1_000 }] }
    await expect(process.gate.enter(quota, 6, { signal: never })).rejects.toMatchObject({ name: 'Fault', reach: 'run' })
    await enterNow(lab, process, quota, 5)
  })

  gateCase(open, 'handing back twice frees one place only', async (lab) => {
    const process = await lab.process()
    const quota: Quota = { key: 'k', concurrent: 2 }
    const [first] = [await enterNow(lab, process, quota), await enterNow(lab, process, quota)]
    first.leave()
    first.leave()
    await enterNow(lab, process, quota)
    const fourth = enter(lab, process, quota)
    await lab.advance(1_000)
    expect(fourth.ticket).toBeUndefined()
    expect(await process.gate.states()).toMatchObject([{ inFlight: 2 }])
  })

  gateCase(open, 'a ticket that is never handed back lapses', async (lab) => {
    const process = await lab.process()
    const quota: Quota = { key: 'k', concurrent: 1 }
    await enterNow(lab, process, quota)
    await lab.advance(lab.ticketMs + 1_000)
    await enterNow(lab, process, quota)
  })

  gateCase(open, 'the places of a process that died are free again before long', async (lab) => {
    const [dying, other] = [await lab.process(), await lab.process()]
    const quota: Quota = { key: 'k', concurrent: 2 }
    await enterNow(lab, dying, quota)
    await enterNow(lab, dying, quota)
    await dying.die?.()
    await lab.advance(lab.deadMs + 1_000)
    await enterNow(lab, other, quota)
  })

  gateCase(open, 'a call that takes long keeps its place while its process lives', async (lab) => {
    const [a, b] = [await lab.process(), await lab.process()]
    const quota: Quota = { key: 'k', concurrent: 1 }
    await enterNow(lab, a, quota)
    for (let gone = 0; gone < lab.ticketMs / 2; gone += 1_000) await lab.advance(1_000)
    const second = enter(lab, b, quota)
    await lab.advance(1_000)
    expect(second.ticket).toBeUndefined()
  })
}

function pick(processes: readonly GateProcess[], i: number): GateProcess {
  const process = processes[i % processes.length]
  if (!process) throw new Error('no process')
  return process
}
