import { connect } from 'node:net'
import { performance } from 'node:perf_hooks'
import { specimen } from '@offramp/conformance'
import { startCuttingProxy } from '../servers/cutting-proxy.ts'
import { startDovecot } from '../servers/dovecot.ts'
import { connectTo, folder, soon } from '../servers/imap-desk.ts'

const COUNT = Number(process.argv[2] ?? 3_000)
const BATCH = 50
const FILL = 20_000
const ANNA = 'anna@example.test'

const home = folder('Bench')
const items = Array.from({ length: COUNT }, (_, n) =>
  specimen('mail', home, n, { fill: FILL, traits: { read: true, receivedAt: 1_600_000_000_000 } }),
)

async function ours(port: number): Promise<number> {
  const destination = await connectTo({ port }, ANNA)
  const place = await destination.prepare(home, soon())
  const started = performance.now()
  for (let at = 0; at < COUNT; at += BATCH) await destination.putMany?.(place, items.slice(at, at + BATCH), soon())
  const seconds = (performance.now() - started) / 1_000
  await destination.close?.()
  return COUNT / seconds
}

/** The least that a client can do: MULTIAPPEND with LITERAL+ over a bare socket, one batch after another. */
async function bare(port: number): Promise<number> {
  const socket = connect(port, '127.0.0.1')
  let wake: (() => void) | undefined
  let said = ''
  socket.on('data', (chunk) => {
    said += String(chunk)
    wake?.()
  })
  const until = async (tag: string) => {
    while (!said.includes(`${tag} `)) await new Promise<void>((resolve) => (wake = resolve))
    said = ''
  }
  socket.write(`a LOGIN ${ANNA} secret\r\nb CREATE Bare\r\nc SELECT Bare\r\n`)
  await until('c')
  const bodies: Buffer[] = []
  for (const item of items) {
    const parts: Uint8Array[] = []
    for await (const part of item.body(soon())) parts.push(part)
    bodies.push(Buffer.concat(parts))
  }
  const started = performance.now()
  for (let at = 0; at < COUNT; at += BATCH) {
    socket.write(`t${at}x APPEND Bare`)
    for (const body of bodies.slice(at, at + BATCH)) {
      socket.write(` (\\Seen) "13-Sep-2020 12:26:40 +0000" {${body.length}+}\r\n`)
      socket.write(body)
    }
    socket.write('\r\n')
    await until(`t${at}x`)
  }
  const seconds = (performance.now() - started) / 1_000
  socket.destroy()
  return COUNT / seconds
}

for (const fsync of ['never', 'optimized'] as const) {
  const server = await startDovecot({ fsync })
  for (let round = 0; round < 2; round += 1) {
    console.log(
      `fsync ${fsync}: bare socket ${Math.round(await bare(server.imapPort))}/s, putMany ${Math.round(await ours(server.imapPort))}/s`,
    )
    await server.doveadm('mailbox', 'delete', '-u', ANNA, 'Bare', 'Bench')
  }
  const far = await startCuttingProxy({ port: server.imapPort, delayMs: 10 })
  console.log(
    `fsync ${fsync}, 20 ms round trip: bare socket ${Math.round(await bare(far.port))}/s, putMany ${Math.round(await ours(far.port))}/s`,
  )
  await far.stop()
  await server.stop()
}
