import { afterEach, expect, test } from 'vitest'
import { type CuttingProxy, startCuttingProxy } from '../servers/cutting-proxy.ts'
import { reckon } from './reckon.ts'
import { useStage } from './stage.ts'

const stage = useStage()
let proxy: CuttingProxy | undefined
afterEach(() => proxy?.stop())

/** Dovecot logs every connection that ends by itself, and the command that it was in. */
const endedInAppend = (log: string): number => log.match(/Connection closed[^\n]*APPEND/g)?.length ?? 0

test('connections cut in the middle of a literal, and Dovecot killed: every message arrives once', async () => {
  let port = 0
  const cutting = await startCuttingProxy({
    get port() {
      return port
    },
  })
  proxy = cutting
  const on = await stage({
    name: 'Dovecot',
    mailboxes: 4,
    messages: 250,
    tenant: { quirks: { regenerateMime: false } },
    destination: { port: cutting.port },
  })
  const { dovecot } = on.lab
  port = dovecot.imapsPort
  on.crew.hire(2)
  const run = on.run()
  const blows = ['kill', 'stall', 'stall', ...Array.from({ length: 15 }, () => 'cut'), 'down', 'down']
  while (blows.length > 0) {
    const [blow] = blows.splice(on.dice.int(0, blows.length - 1), 1)
    await on.progress(run, 5, 40)
    // Almost all that goes up is literals. Each connection that is open now breaks at this byte from now.
    const afterBytes = on.dice.int(50, 6_000)
    if (blow === 'kill') {
      await dovecot.kill()
      await dovecot.restart()
    } else cutting.now({ direction: blow === 'down' ? 'down' : 'up', afterBytes, how: blow === 'stall' ? 'stall' : 'cut' })
  }
  const literals = endedInAppend(await dovecot.log())
  await reckon(on, run, {
    what: `${cutting.suffered()} of ${cutting.connections()} connections broken (${literals} within APPEND, as Dovecot saw it), Dovecot killed once`,
  })
  expect(literals).toBeGreaterThan(0)
})
