// Unpacks Cyrus IMAP from Debian's packages into a folder, without installing it: `apt-get install cyrus-imapd` would
// remove Dovecot. Plain JavaScript, because it runs before Node 24 is there.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PACKAGES = [
  'cyrus-common',
  'cyrus-imapd',
  'cyrus-caldav',
  'libical3',
  'libxapian30',
  'libshp2',
  'libzephyr4',
  'libpcre3',
  'libclamav12',
  'libsigsegv2',
  'libmspack0',
  'sasl2-bin',
  'libsasl2-modules',
  'libsasl2-modules-db',
]

/** Where Cyrus is unpacked. */
export const cyrusRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '.offramp', 'cyrus')

const marker = join(cyrusRoot, '.complete')

export const haveCyrus = () => existsSync(marker)

const can = (command) => {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Where the package lists are missing or old, they are fetched once (root only) and it is tried again. */
const download = (cwd) => {
  const fetch = () => execFileSync('apt-get', ['download', '-o', 'APT::Sandbox::User=root', ...PACKAGES], { cwd, stdio: 'pipe' })
  try {
    fetch()
  } catch (error) {
    if (process.getuid?.() !== 0) throw error
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'pipe' })
    fetch()
  }
}

const lastWords = (error) =>
  String(error?.stderr ?? error)
    .trim()
    .split('\n')
    .slice(-3)
    .join(' ')

/** Says in a sentence why it cannot be done here, or undefined. Safe to repeat; the second time costs nothing. */
export function unpackCyrus(say = () => {}) {
  if (haveCyrus()) return undefined
  if (!can('apt-get') || !can('dpkg-deb')) {
    return 'Cyrus is taken from the packages of Debian 12, and this machine has no apt-get; its tests are skipped (run them in: docker run -it -v "$PWD:/offramp" debian:12).'
  }
  const work = `${cyrusRoot}.part`
  rmSync(work, { recursive: true, force: true })
  mkdirSync(join(work, 'debs'), { recursive: true })
  try {
    say(`Downloading ${PACKAGES.length} packages for Cyrus (about 10 MB)`)
    download(join(work, 'debs'))
    for (const name of readdirSync(join(work, 'debs'))) execFileSync('dpkg-deb', ['-x', join(work, 'debs', name), work], { stdio: 'pipe' })
  } catch (error) {
    rmSync(work, { recursive: true, force: true })
    return `The Cyrus packages could not be unpacked; try: apt-get update && node test/setup/cyrus.mjs (${lastWords(error)}).`
  }
  rmSync(join(work, 'debs'), { recursive: true, force: true })
  rmSync(cyrusRoot, { recursive: true, force: true })
  renameSync(work, cyrusRoot)
  writeFileSync(marker, '')
  return undefined
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problem = unpackCyrus((text) => process.stdout.write(`${text}\n`))
  process.stdout.write(`${problem ?? `Cyrus is unpacked in ${cyrusRoot}`}\n`)
  if (problem !== undefined) process.exitCode = 1
}
