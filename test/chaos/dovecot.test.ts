import { afterEach, expect, test } from 'vitest'
import { type CuttingProxy, startCuttingProxy } from '../servers/cutting-proxy.ts'
import { providers } from './providers.ts'
import { reckon } from './reckon.ts'
import type { Run, Scene } from './scene.ts'

const LITERALS = 10

type Blow = 'kill' | 'stall' | 'down' | 'literal'

const shuffled = ({ dice }: Scene, blows: readonly Blow[]): readonly Blow[] => {
  const left = [...blows]
  return blows.flatMap(() => left.splice(dice.int(0, left.length - 1), 1))
}

let proxy: CuttingProxy | undefined
afterEach(() => proxy?.stop())

/** Cuts the next literal somewhere in its middle, and sees it done. */
async function cutLiteral(on: Scene, run: Run, proxy: CuttingProxy): Promise<void> {
  let done: true | undefined
  const cutting = proxy.cutInLiteral(on.dice.int(5, 95) / 100).then(() => {
    done = true
  })
  // A provider that is waited for meanwhile may take a minute of its own.
  await on.until('a message to cut', run, async () => done, 240_000)
  await cutting
}

test.each(providers())(
  'connections cut in the middle of a literal, and Dovecot killed: every message arrives once ($provider)',
  async ({ stage }) => {
    let port = 0
    const cutting = await startCuttingProxy({
      get port() {
        return port
      },
    })
    proxy = cutting
    const on = await stage({
      name: 'Dovecot',
      mailboxes: 6,
      messages: 150,
      // Not encrypted, so that the proxy sees where a literal begins.
      destination: { port: cutting.port, security: 'plain', ca: undefined },
    })
    const { dovecot } = on.lab
    port = dovecot.imapPort
    on.crew.hire(2)
    const run = on.run()
    const blows: readonly Blow[] = ['kill', 'stall', 'down', 'down', ...Array.from({ length: LITERALS }, () => 'literal' as const)]
    for (const blow of shuffled(on, blows)) {
      await on.progress(run, 2, 30)
      if (blow === 'literal') await cutLiteral(on, run, cutting)
      else if (blow === 'kill') {
        await dovecot.kill()
        await dovecot.restart()
      } else {
        // Each connection that is open now breaks at this byte from now.
        const afterBytes = on.dice.int(50, 6_000)
        cutting.now(blow === 'stall' ? { direction: 'up', afterBytes, how: 'stall' } : { direction: 'down', afterBytes, how: 'cut' })
      }
    }
    await reckon(on, run, {
      what: `${LITERALS} connections cut in the middle of a literal, ${cutting.suffered() - LITERALS} elsewhere, Dovecot killed once`,
    })
    expect(cutting.suffered()).toBeGreaterThanOrEqual(LITERALS)
  },
)
