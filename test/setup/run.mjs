// node test/setup/run.mjs PROFILE SCRIPT [ARGS]: sets up what PROFILE needs, then runs SCRIPT on the Node that the workspace brings.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { nodeBinary, ROOT, SetupError, setup } from './setup.mjs'

const [profile, script, ...args] = process.argv.slice(2)
try {
  setup(profile)
  run()
} catch (error) {
  process.stderr.write(`${error instanceof SetupError ? error.message : (error?.stack ?? error)}\n`)
  process.exitCode = 1
}

function run() {
  // The command line runs where its user stands; everything else runs at the root.
  const cwd = profile === 'cli' ? (process.env.INIT_CWD ?? process.cwd()) : ROOT
  const file = new URL(`../../${script}`, import.meta.url).pathname
  const command = [nodeBinary(), '--disable-warning=ExperimentalWarning', file, ...args]
  // The command line holds secrets in its memory: no core file. A shell lowers the limit and becomes the command.
  const [program, ...rest] =
    profile === 'cli' && existsSync('/bin/sh') ? ['/bin/sh', '-c', 'ulimit -c 0; exec "$0" "$@"', ...command] : command
  const child = spawn(program, rest, { cwd, stdio: 'inherit' })
  // A Ctrl-C reaches the whole foreground group by itself; a plain kill reaches only this process, so it is handed on.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  process.on('SIGINT', () => {})
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === 'SIGINT' ? 2 : 15)
  })
}
