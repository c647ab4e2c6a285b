import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { providers } from './providers.ts'
import { reckon } from './reckon.ts'

test.each(providers())('Redis killed, restarted, wiped and lost: the run goes on, and so does the next ($provider)', async ({ stage }) => {
  const on = await stage({ name: 'Redis', mailboxes: 4, messages: 250 })
  const { redis } = on.lab
  on.crew.hire(2)
  const run = on.run()
  // In any order, each at a random moment.
  const blows = ['kill', 'kill', 'kill', 'wipe', 'wipe']
  while (blows.length > 0) {
    const [blow] = blows.splice(on.dice.int(0, blows.length - 1), 1)
    await on.progress(run, 10, 70)
    if (blow === 'kill') await redis.restart()
    else await redis.cli('flushall')
  }
  await reckon(on, run, { what: 'Redis killed 3 times (AOF) and wiped 2 times in the middle' })

  await redis.kill('SIGKILL')
  await rm(join(redis.folder, 'appendonlydir'), { recursive: true })
  await redis.restart()
  expect(await redis.cli('dbsize')).toBe('0')
  const [address = ''] = on.addresses
  const text = 'From: a@contoso.example\r\nSubject: Since then\r\nMessage-ID: <since@contoso.example>\r\n\r\nNew.\r\n'
  await on.source.receive(address, Buffer.from(text))
  on.crew.hire(2)
  await reckon(on, on.run(), { what: 'An empty Redis in place of the old one, and one message more' })
})
