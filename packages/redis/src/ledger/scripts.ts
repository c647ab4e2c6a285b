import { readScript, type Script } from '../connection/run-script.ts'

const file = (name: string): URL => new URL(`./${name}.lua`, import.meta.url)
const read = (name: string): Script => readScript(file('lua-prelude'), file(name))
const write = (name: string): Script => readScript(file('lua-prelude'), file('lua-guard'), file(name))

export const LEDGER_SCRIPTS = {
  take: read('lease-take'),
  renew: read('lease-renew'),
  release: read('lease-release'),
  entries: read('entries'),
  scan: read('scan'),
  owners: read('owners'),
  intend: write('intend'),
  withdraw: write('withdraw'),
  gained: write('gained'),
  settle: write('settle'),
  removed: write('removed'),
  book: write('book'),
} as const
