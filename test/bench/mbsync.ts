import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Dovecot } from '../servers/dovecot.ts'
import type { Prepared } from './bare-writer.ts'

async function layOut(folder: string, { login, bodies }: Prepared, dovecot: Dovecot): Promise<string> {
  const box = join(folder, 'mail', 'Pushed')
  for (const part of ['cur', 'new', 'tmp']) await mkdir(join(box, part), { recursive: true })
  // A Maildir keeps lines as Unix has them; mbsync makes CRLF of them when it sends.
  for (const [nth, body] of bodies.entries()) {
    await writeFile(join(box, 'cur', `1600000000.${nth}.bench:2,S`), body.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
  }
  await writeFile(join(folder, 'ca.pem'), dovecot.ca)
  const config = join(folder, 'mbsyncrc')
  const lines = [
    'FSync no',
    '',
    'IMAPAccount server',
    'Host localhost',
    `Port ${dovecot.imapsPort}`,
    `User "${login}"`,
    `Pass "${dovecot.users[login] ?? ''}"`,
    'SSLType IMAPS',
    `CertificateFile ${folder}/ca.pem`,
    '',
    'IMAPStore far',
    'Account server',
    '',
    'MaildirStore near',
    `Path ${folder}/mail/`,
    `Inbox ${folder}/inbox`,
    'SubFolders Verbatim',
    '',
    'Channel push',
    'Far :far:',
    'Near :near:',
    'Patterns Pushed',
    'Create Far',
    'Sync Push',
    'CopyArrivalDate yes',
    'SyncState *',
    '',
  ]
  await writeFile(config, lines.join('\n'), { mode: 0o600 })
  return config
}

const push = (config: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn('mbsync', ['-q', '-c', config, 'push'], { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += String(chunk)
    })
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`mbsync ended with ${code}: ${said}`))))
  })

/** mbsync (isync) pushes the same messages out of Maildirs, one process an account, all at once. Seconds. */
export async function mbsyncPush(dovecot: Dovecot, all: readonly Prepared[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'offramp-mbsync-'))
  try {
    const configs: string[] = []
    for (const [nth, prepared] of all.entries()) {
      await mkdir(join(folder, String(nth)))
      configs.push(await layOut(join(folder, String(nth)), prepared, dovecot))
    }
    const began = performance.now()
    await Promise.all(configs.map(push))
    return (performance.now() - began) / 1000
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
