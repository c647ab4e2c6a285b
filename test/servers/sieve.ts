import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/** What a mail server does with a message because of a script. */
export interface SieveOutcome {
  /** Where copies are, with the flags of each, sorted. `INBOX` among them unless the script took the message out of it. */
  readonly copies: readonly { readonly folder: string; readonly flags: readonly string[] }[]
  readonly redirects: readonly string[]
  /** The reply as it would be sent, or undefined. */
  readonly reply: string | undefined
}

/** Pigeonhole, Dovecot's Sieve, with a configuration of its own. */
export interface Sieve {
  /** What `sievec` says against the script; empty where it accepts it. `limit`: with the size that servers usually allow. */
  compile(script: string, limit?: boolean): Promise<string>
  /** What the script does with a message that has come for `to`. */
  deliver(script: string, message: string, to: string): Promise<SieveOutcome>
  close(): Promise<void>
}

const SIEVEC = '/usr/bin/sievec'
const NOBODY = 65_534

/** Undefined where scripts can be tried; otherwise a sentence that says what is missing. */
export const sieveProblem = (): string | undefined =>
  existsSync(SIEVEC) && existsSync('/usr/bin/sieve-test') ? undefined : 'dovecot-sieve is not installed: apt-get install dovecot-sieve'

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

const run = (command: string, args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const limits = { maxBuffer: 64 * 1_048_576, timeout: 60_000 }
    execFile(command, [...args], limits, (error, out, err) => {
      resolve({
        code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1,
        out,
        err: `${err}${error?.killed ? ' killed' : ''}`,
      })
    })
  })

const conf = (dir: string): string => {
  const { uid, gid } = userInfo()
  return `mail_location = maildir:${dir}/mail
mail_home = ${dir}/home
mail_uid = ${uid === 0 ? NOBODY : uid}
mail_gid = ${uid === 0 ? NOBODY : gid}
first_valid_uid = 1
ssl = no
log_path = /dev/stderr
postmaster_address = postmaster@example.test
namespace inbox {
  inbox = yes
  separator = /
}
`
}

export async function startSieve(): Promise<Sieve> {
  const dir = await mkdtemp(join(tmpdir(), 'offramp-sieve-'))
  await chmod(dir, 0o777)
  await mkdir(join(dir, 'home'))
  await chmod(join(dir, 'home'), 0o777)
  const config = join(dir, 'dovecot.conf')
  await writeFile(config, conf(dir))
  let count = 0
  const file = async (ending: string, text: string): Promise<string> => {
    const path = join(dir, `${++count}.${ending}`)
    await writeFile(path, text)
    return path
  }
  const unlimited = ['-o', 'plugin/sieve_max_script_size=0']
  return {
    async compile(script, limit = false) {
      const path = await file('sieve', script)
      const { code, err } = await run(SIEVEC, ['-c', config, ...(limit ? [] : unlimited), path, `${path}.bin`])
      return code === 0 ? '' : err || `exit ${code}`
    },
    async deliver(script, message, to) {
      const args = ['-f', 'sender@example.org', '-a', to, '-r', to, await file('sieve', script), await file('eml', message)]
      const { code, out, err } = await run('/usr/bin/sieve-test', ['-c', config, ...unlimited, ...args])
      if (code !== 0 || !out.includes('Implicit keep:')) throw new Error(`sieve-test ended with ${code}: ${err}\n${out}`)
      return outcomeOf(out)
    },
    close: () => rm(dir, { recursive: true, force: true }),
  }
}

/** Reads the actions that `sieve-test` prints. */
function outcomeOf(out: string): SieveOutcome {
  const copies = new Map<string, readonly string[]>()
  const redirects: string[] = []
  const reply = /^START MESSAGE\n([\s\S]*?)\nEND MESSAGE$/m.exec(out)?.[1]
  let folder: string | undefined
  for (const line of out.replace(/^START MESSAGE\n[\s\S]*?\nEND MESSAGE$/m, '').split('\n')) {
    const stored = /^ \* store message in folder: (.*)$/.exec(line)
    if (stored?.[1] !== undefined) {
      folder = stored[1]
      copies.set(folder, copies.get(folder) ?? [])
    }
    const flags = /^ +\+ add IMAP flags: (.*)$/.exec(line)?.[1]
    if (flags !== undefined && folder !== undefined) copies.set(folder, flags.split(' ').filter(Boolean).sort())
    const to = /^ \* redirect message to: <(.*)>$/.exec(line)?.[1]
    if (to !== undefined) redirects.push(to)
  }
  const sorted = [...copies].map(([name, flags]) => ({ folder: name, flags })).sort((a, b) => (a.folder < b.folder ? -1 : 1))
  return { copies: sorted, redirects, reply }
}
