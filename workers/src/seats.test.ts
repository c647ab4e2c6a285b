import { describe, expect, it } from 'vitest'
import { type GiveBack, type Guest, Seats } from './seats.ts'

const call = { signal: new AbortController().signal }

/** Takes as many as the guest is allowed, as a queue with endless work does. */
async function fill(guest: Guest, held: GiveBack[]): Promise<void> {
  while (guest.inHand() < guest.allowed()) held.push(await guest.take(call))
}

describe('seats', () => {
  it('are all of one who is alone', async () => {
    const guest = new Seats(4).join()
    const held: GiveBack[] = []
    await fill(guest, held)
    expect(held).toHaveLength(4)
    let fifth = false
    void guest.take(call).then(() => {
      fifth = true
    })
    await Promise.resolve()
    expect(fifth).toBe(false)
  })

  it('are divided equally, whoever was first', async () => {
    const seats = new Seats(5)
    const [one, two] = [seats.join(), seats.join()]
    await fill(one, [])
    await fill(two, [])
    expect([one.inHand(), two.inHand()]).toEqual([3, 2])
  })

  it('that one does not need are the others’, until it has work again', async () => {
    const seats = new Seats(4)
    const [one, two] = [seats.join(), seats.join()]
    two.hungry(false)
    const ones: GiveBack[] = []
    await fill(one, ones)
    expect(one.inHand()).toBe(4)
    // Work has come: one lane waits, and each seat that comes free is the other's until both have the same.
    two.hungry(true)
    expect([one.allowed(), two.allowed()]).toEqual([2, 1])
    const waits = two.take(call)
    ones.pop()?.()
    await waits
    expect([one.inHand(), two.inHand()]).toEqual([3, 1])
    ones.pop()?.()
    expect([one.allowed(), two.allowed()]).toEqual([2, 2])
  })

  it('are never more than there are, and go to who has the fewest', async () => {
    const seats = new Seats(1)
    const guests = [seats.join(), seats.join(), seats.join()] as const
    const order: number[] = []
    const turn = async (index: number, guest: Guest): Promise<void> => {
      const giveBack = await guest.take(call)
      order.push(index)
      expect(guests.reduce((sum, each) => sum + each.inHand(), 0)).toBe(1)
      giveBack()
      giveBack()
    }
    await Promise.all([...guests.entries()].flatMap(([index, guest]) => [turn(index, guest), turn(index, guest)]))
    expect(order.toSorted()).toEqual([0, 0, 1, 1, 2, 2])
    expect(guests.map((guest) => guest.allowed())).toEqual([1, 1, 1])
  })

  it('are not waited for by who has been told to stop', async () => {
    const guest = new Seats(1).join()
    const giveBack = await guest.take(call)
    const stop = new AbortController()
    const waits = guest.take({ signal: stop.signal })
    stop.abort(new Error('stopped'))
    await expect(waits).rejects.toThrow('stopped')
    await expect(guest.take({ signal: stop.signal })).rejects.toThrow('stopped')
    giveBack()
    expect((await guest.take(call)) satisfies GiveBack).toBeTypeOf('function')
    expect(guest.inHand()).toBe(1)
  })

  it('tell when more or fewer are allowed', async () => {
    const seats = new Seats(4)
    const one = seats.join()
    const told: number[] = []
    one.onChange(() => void told.push(one.allowed()))
    const two = seats.join()
    two.hungry(false)
    expect(told).toEqual([2, 4])
  })
})
