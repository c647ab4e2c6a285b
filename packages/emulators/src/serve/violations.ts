/** What a client did that a real tenant would let pass, punish silently, or answer with loss. */
export class Violations {
  readonly #counts = new Map<string, number>()

  note(text: string): void {
    this.#counts.set(text, (this.#counts.get(text) ?? 0) + 1)
  }

  /** One line each, with how often. Empty for a client that behaves. */
  list(): string[] {
    return [...this.#counts].map(([text, count]) => (count === 1 ? text : `${text} (${count} times)`))
  }
}
