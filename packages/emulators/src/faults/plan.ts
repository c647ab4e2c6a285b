import { hash32 } from '../generate/random.ts'
import type { FaultWhen, Rule } from './rule.ts'

/** One request as rules see it. */
export interface Asked {
  readonly method: string
  /** Path and query. */
  readonly url: string
  /** The mailbox's address, where the request is about one. */
  readonly mailbox: string | undefined
}

interface Armed<Effect> {
  readonly rule: Rule<Effect>
  readonly path: RegExp | undefined
  seen: number
  done: number
}

/** Decides which requests go wrong. */
export class FaultPlan<Effect extends { readonly kind: string }> {
  readonly #seed: number
  #rules: Armed<Effect>[] = []
  #fired = new Map<string, number>()

  constructor(seed: number, rules: readonly Rule<Effect>[] = []) {
    this.#seed = seed
    for (const rule of rules) this.add(rule)
  }

  add(rule: Rule<Effect>): void {
    this.#rules.push({ rule, path: rule.path === undefined ? undefined : new RegExp(rule.path), seen: 0, done: 0 })
  }

  clear(): void {
    this.#rules = []
  }

  /** How often each sort of fault was played. */
  get fired(): ReadonlyMap<string, number> {
    return this.#fired
  }

  /** The effect of the first rule that applies; every rule that fits counts the request. */
  next(asked: Asked): Effect | undefined {
    let effect: Effect | undefined
    for (const armed of this.#rules) {
      if (!fits(armed, asked)) continue
      armed.seen += 1
      if (effect !== undefined || armed.done >= (armed.rule.times ?? Number.POSITIVE_INFINITY)) continue
      if (!isTime(armed.rule.when, armed.seen, this.#seed)) continue
      armed.done += 1
      effect = armed.rule.effect
    }
    if (effect) this.#fired.set(effect.kind, (this.#fired.get(effect.kind) ?? 0) + 1)
    return effect
  }
}

function fits<Effect>({ rule, path }: Armed<Effect>, asked: Asked): boolean {
  if (rule.method !== undefined && rule.method !== asked.method) return false
  if (rule.mailbox !== undefined && rule.mailbox.toLowerCase() !== asked.mailbox) return false
  return path === undefined || path.test(asked.url)
}

function isTime(when: FaultWhen | undefined, seen: number, seed: number): boolean {
  if (when === undefined) return true
  if ('nth' in when) return typeof when.nth === 'number' ? seen === when.nth : when.nth.includes(seen)
  if ('every' in when) return seen % when.every === 0
  if ('first' in when) return seen <= when.first
  if ('from' in when) return seen >= when.from && seen <= (when.to ?? Number.POSITIVE_INFINITY)
  return hash32('fault', when.seed ?? seed, seen) / 4_294_967_296 < when.probability
}
