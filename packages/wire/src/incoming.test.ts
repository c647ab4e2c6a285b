import type { Dispatcher } from 'undici'
import { expect, test } from 'vitest'
import { Incoming } from './incoming.ts'

const controller: Dispatcher.DispatchController = {
  aborted: false,
  paused: false,
  reason: null,
  rawHeaders: [],
  rawTrailers: [],
  abort: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
}

function begun(): Incoming {
  const incoming = new Incoming(undefined)
  incoming.onRequestStart(controller)
  incoming.onResponseStart(controller, 200, {})
  return incoming
}

const text = (parts: readonly Uint8Array[]): string => Buffer.concat(parts).toString()

test('what came before a connection broke is given before the reason, so that whoever goes on from there has got on', async () => {
  const incoming = begun()
  incoming.onResponseData(controller, Buffer.from('ab'))
  incoming.onResponseData(controller, Buffer.from('c'))
  incoming.onResponseError(controller, new Error('reset'))
  expect(text(await incoming.take())).toBe('abc')
  await expect(incoming.take()).rejects.toThrow('reset')
})

test('what was broken off by ourselves gives nothing more', async () => {
  const incoming = begun()
  incoming.onResponseData(controller, Buffer.from('ab'))
  incoming.destroy(new Error('lease lost'))
  await expect(incoming.take()).rejects.toThrow('lease lost')
})
