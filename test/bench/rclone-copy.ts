import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** What rclone reads and writes. */
export interface Ends {
  /** Of the emulated tenant: its own address, its CA as PEM, a token, and which drive. */
  readonly graphUrl: string
  readonly ca: string
  readonly token: string
  readonly driveId: string
  /** The WebDAV folder that it writes into. */
  readonly url: string
  readonly user: string
  readonly password: string
  readonly vendor: 'nextcloud' | 'other'
}

/** Microsoft's address is built into rclone: this leads it to the emulator, and everything else nowhere. */
async function leadTo(graphUrl: string): Promise<{ readonly url: string; readonly server: Server }> {
  const port = Number(new URL(graphUrl).port)
  const server = createServer()
  server.on('connect', (request, socket) => {
    if (request.url !== 'graph.microsoft.com:443') return void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: own } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${own}`, server }
}

const obscured = async (password: string): Promise<string> => {
  const asking = spawn('rclone', ['obscure', '-'], { stdio: ['pipe', 'pipe', 'inherit'] })
  asking.stdin.end(password)
  let said = ''
  for await (const chunk of asking.stdout) said += String(chunk)
  return said.trim()
}

/** One run of `rclone copy` from the emulated drive to the server. Seconds. Throws with rclone's own last words. */
export async function rcloneCopy(ends: Ends, flags: readonly string[]): Promise<number> {
  const proxy = await leadTo(ends.graphUrl)
  const folder = mkdtempSync(join(tmpdir(), 'offramp-rclone-'))
  try {
    const [ca, config] = [join(folder, 'ca.pem'), join(folder, 'rclone.conf')]
    const token = JSON.stringify({ access_token: ends.token, token_type: 'Bearer', refresh_token: 'none', expiry: '2099-01-01T00:00:00Z' })
    writeFileSync(ca, ends.ca)
    const from = `[from]\ntype = onedrive\ntoken = ${token}\ndrive_id = ${ends.driveId}\ndrive_type = business\n`
    const to = `[to]\ntype = webdav\nurl = ${ends.url}\nvendor = ${ends.vendor}\nuser = ${ends.user}\npass = ${await obscured(ends.password)}\n`
    writeFileSync(config, from + to, { mode: 0o600 })
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder, HTTPS_PROXY: proxy.url, NO_PROXY: 'none', SSL_CERT_FILE: ca }
    const began = performance.now()
    // The agent's name is what the tenant asks of everybody.
    const usual = ['--config', config, '--user-agent', 'NONISV|Rclone|Bench/1.0']
    await promisify(execFile)('rclone', ['copy', 'from:', 'to:', ...usual, ...flags], { env, maxBuffer: 2 ** 26 })
    return (performance.now() - began) / 1000
  } finally {
    proxy.server.close()
    proxy.server.closeAllConnections()
    rmSync(folder, { recursive: true, force: true })
  }
}
