import { Fault } from '@offramp/core'
import { InputRefused } from './project/problem.ts'

/** What a script learns from `$?`, the same for every program of Offramp's. `offramp --help` documents it. */
export const EXIT = {
  /** Done, and where something was compared: every item accounted for, none failed. */
  balanced: 0,
  /** Items failed, are unexplained or stand twice. */
  unbalanced: 1,
  /** The command line, the project file, the table or a secret's reference cannot be used. */
  input: 2,
  /** An end or Redis cannot be reached, or refuses the credentials; or an account is halted for such a reason. */
  unreachable: 3,
  /** This Redis would lose the books: it evicts, or does not write to disk. */
  unsafeRedis: 4,
  /** The pass was paused or held before its end. */
  held: 5,
  /** A bug of Offramp's. */
  bug: 70,
  /** Ctrl-C. */
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** From the worst: what nobody but us can mend, then what will not mend itself, then what must not be overlooked. */
const BY_WEIGHT: readonly ExitCode[] = [
  EXIT.bug,
  EXIT.unsafeRedis,
  EXIT.input,
  EXIT.unbalanced,
  EXIT.unreachable,
  EXIT.held,
  EXIT.interrupted,
  EXIT.balanced,
]

/** One code for several projects. */
export const worstOf = (codes: readonly ExitCode[]): ExitCode => BY_WEIGHT.find((code) => codes.includes(code)) ?? EXIT.balanced

/** Codes of the faults with which a Redis is refused that would lose the books. */
const UNSAFE = /^redis-unsafe/

/** Codes of those who were asked and said no, to the password or the secret: what was written is in order, the world is not. */
const REFUSED = /^(redis|entra)-|^google-(key-unknown|clock|no-service-account|not-admin|api-disabled|may-not-sign|no-metadata)$/

export function exitCodeOf(thrown: unknown): ExitCode {
  if (thrown instanceof InputRefused) return EXIT.input
  if (!(thrown instanceof Fault)) return EXIT.bug
  if (UNSAFE.test(thrown.code)) return EXIT.unsafeRedis
  return thrown.reach === 'run' && !REFUSED.test(thrown.code) ? EXIT.input : EXIT.unreachable
}

/** For people: what happened and what to do. A stack only where it was asked for. */
export function errorText(thrown: unknown, debug: boolean): string {
  const stack = debug && thrown instanceof Error && thrown.stack !== undefined ? `\n${thrown.stack}` : ''
  if (thrown instanceof InputRefused) return `${thrown.message}${stack}`
  if (thrown instanceof Fault) return `${thrown.message}${thrown.remedy === undefined ? '' : `\n${thrown.remedy}`}${stack}`
  const name = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
  return `Something went wrong inside Offramp: ${name}${debug ? stack : '\nRun it again with OFFRAMP_DEBUG=1 for the details, and please report them.'}`
}
