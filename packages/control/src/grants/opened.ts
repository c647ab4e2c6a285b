import type { Target } from './cover.ts'
import { includes, type Shape } from './shape.ts'
import type { Standing } from './tree.ts'

const keyOf = ({ standing, locator }: Target): string => `${standing.place}\n${locator}`

/** What is given to one person, group or link: where, and how much. */
export class Opened {
  readonly #folders = new Map<Standing, Shape[]>()
  readonly #files = new Map<string, Shape[]>()

  add(target: Target, shape: Shape): void {
    const shapes = target.locator === undefined ? this.#folders.get(target.standing) : this.#files.get(keyOf(target))
    if (shapes !== undefined) shapes.push(shape)
    else if (target.locator === undefined) this.#folders.set(target.standing, [shape])
    else this.#files.set(keyOf(target), [shape])
  }

  /** Whether one of the given already opens this target as far. */
  opens(target: Target, shape: Shape): boolean {
    const enough = (given: readonly Shape[] | undefined): boolean => given?.some((one) => includes(one, shape)) ?? false
    if (target.locator !== undefined && enough(this.#files.get(keyOf(target)))) return true
    for (let at: Standing | undefined = target.standing; at !== undefined; at = at.parent) if (enough(this.#folders.get(at))) return true
    return false
  }
}
