// Brings what is missing: the workspace's packages (pnpm by npx, Node 24 from npm) and the servers that a command needs. Runs on the system's own
// Node (18 or newer), before anything of the workspace is there, so it is plain JavaScript without dependencies.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unpackCyrus } from './cyrus.mjs'

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const PNPM = 'pnpm@12.21.0'

/** A server program that a command needs: the binary that proves it is there, and who provides it where. */
const PARTS = {
  redis: { binary: 'redis-server', debian: 'redis-server', what: 'Redis', brew: 'redis', fedora: 'redis' },
  dovecot: { binary: 'dovecot', debian: 'dovecot-imapd', what: 'Dovecot', brew: 'dovecot', fedora: 'dovecot' },
  sieve: {
    binary: 'sievec',
    debian: 'dovecot-sieve',
    what: "Dovecot's Sieve (Pigeonhole)",
    brew: 'dovecot',
    fedora: 'dovecot-pigeonhole',
  },
  radicale: { binary: 'radicale', debian: 'radicale', what: 'Radicale', brew: 'radicale', fedora: 'radicale' },
  apache: { binary: 'apache2', debian: 'apache2-bin', what: 'Apache', brew: 'httpd', fedora: 'httpd' },
  rclone: { binary: 'rclone', debian: 'rclone', what: 'rclone', brew: 'rclone', fedora: 'rclone' },
  mbsync: { binary: 'mbsync', debian: 'isync', what: 'mbsync', brew: 'isync', fedora: 'isync' },
}

/** What each of the npm scripts needs beside the workspace. */
export const PROFILES = {
  setup: ['redis', 'dovecot', 'sieve', 'mbsync', 'radicale', 'apache', 'rclone'],
  demo: ['redis', 'dovecot', 'radicale'],
  test: ['redis', 'dovecot', 'sieve', 'radicale', 'apache', 'rclone'],
  bench: ['redis', 'dovecot', 'mbsync', 'radicale', 'rclone'],
  check: [],
  cli: [],
}

export class SetupError extends Error {}

export function setup(profile) {
  installWorkspace()
  installParts(PROFILES[profile] ?? [])
  // The tests' strict counterpart to Dovecot; where it cannot be had, its tests skip and say so.
  if (profile === 'test' || profile === 'setup') {
    const problem = unpackCyrus(say)
    if (problem !== undefined) say(problem)
  }
}

function installWorkspace() {
  const stamp = join(ROOT, 'node_modules', '.offramp-setup')
  const wanted = fingerprint()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && existsSync(nodeBinary())) return
  say(`Installing the workspace with ${PNPM} ...`)
  // engine-strict is off: pnpm runs on the system's Node, the workspace on the Node that it installs.
  const done = spawnSync('npx', ['-y', PNPM, 'install', '--frozen-lockfile', '--reporter=append-only'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, CI: 'true' },
  })
  if (done.status !== 0) {
    throw new SetupError(
      `The workspace could not be installed (npx ${PNPM} install):\n${tail(`${done.stdout ?? ''}${done.stderr ?? done.error ?? ''}`)}`,
    )
  }
  writeFileSync(stamp, wanted)
}

/** Changes whenever an install could give something else. */
function fingerprint() {
  const hash = createHash('sha256')
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json']) hash.update(readFileSync(join(ROOT, file)))
  return hash.digest('hex')
}

function installParts(names) {
  const missing = names.map((name) => PARTS[name]).filter((part) => !findProgram(part.binary))
  if (missing.length === 0) return
  const packages = missing.map((part) => part.debian)
  const apt = `apt-get install -y --no-install-recommends ${packages.join(' ')}`
  if (!findProgram('apt-get')) {
    throw new SetupError(
      `${list(missing)} missing: install with 'brew install ${missing.map((part) => part.brew).join(' ')}' or 'dnf install ${missing.map((part) => part.fedora).join(' ')}', then run this again.`,
    )
  }
  if (process.getuid?.() !== 0) throw new SetupError(`${list(missing)} missing: run 'sudo ${apt}', then run this again.`)
  say(`Installing ${packages.join(', ')} with apt ...`)
  withoutDaemons(() => aptInstall(packages, apt))
}

function aptInstall(packages, apt) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const run = (args) => spawnSync('apt-get', args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', env })
  run(['update', '-qq'])
  const done = run(['install', '-y', '-qq', '--no-install-recommends', ...packages])
  if (done.status !== 0) throw new SetupError(`'${apt}' failed:\n${tail(`${done.stdout}${done.stderr}`)}`)
}

/** Offramp starts its own private servers; the packages' own daemons must not start with the installation. */
function withoutDaemons(install) {
  const policy = '/usr/sbin/policy-rc.d'
  if (existsSync(policy)) return install()
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    install()
  } finally {
    rmSync(policy, { force: true })
  }
}

export function findProgram(name) {
  const path = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin:/sbin:/opt/homebrew/bin:/opt/homebrew/sbin`
  for (const folder of path.split(':')) if (folder && existsSync(join(folder, name))) return join(folder, name)
  return undefined
}

export const nodeBinary = () => join(ROOT, 'node_modules', 'node', 'bin', 'node')

/** A folder inside the repository, ignored by git, for what is unpacked once and used again. */
export function cacheFolder(name) {
  const folder = join(ROOT, '.offramp', name)
  mkdirSync(folder, { recursive: true })
  return folder
}

const list = (parts) => `${parts.map((part) => part.what).join(' and ')} ${parts.length > 1 ? 'are' : 'is'}`
const tail = (text) => String(text).trim().split('\n').slice(-15).join('\n')
const say = (text) => process.stderr.write(`${text}\n`)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    setup('setup')
    say('Everything is there.')
  } catch (error) {
    say(error instanceof SetupError ? error.message : String(error?.stack ?? error))
    process.exitCode = 1
  }
}
