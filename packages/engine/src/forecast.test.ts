import { expect, test } from 'vitest'
import { forecast } from './forecast.ts'
import { losses } from './losses.ts'

const requests = { name: 'requests', windows: [{ amount: 10_000, perMs: 600_000 }], perItem: 1 }
const upload = { name: 'upload', windows: [{ amount: 150_000_000, perMs: 300_000 }], perByte: 1 }

test('the slowest quota decides, and the first window is free', () => {
  expect(forecast({ items: 10_000, bytes: 1_000 }, [requests, upload])).toEqual({ atLeastMs: 0 })
  expect(forecast({ items: 100_000, bytes: 1_000 }, [requests, upload])).toEqual({ atLeastMs: 5_400_000, decidedBy: 'requests' })
  expect(forecast({ items: 10, bytes: 15_000_000_000 }, [requests, upload])).toEqual({ atLeastMs: 29_700_000, decidedBy: 'upload' })
  expect(forecast({ items: 10, bytes: 10 }, [])).toEqual({ atLeastMs: 0 })
})

test('losses are what is offered and not kept', () => {
  expect(losses(['read', 'importance', 'keywords'], ['keywords', 'read', 'flagged'])).toEqual(['importance'])
})
