/** What one piece of a script needs, and what it cannot say. The needs are merged into the whole only where the piece is in force. */
export class Notes {
  /** Sieve extensions. */
  readonly needs = new Set<string>()
  /** Sentences, without their subject. */
  readonly losses = new Set<string>()

  need(...extensions: readonly string[]): void {
    for (const extension of extensions) this.needs.add(extension)
  }

  lose(sentence: string): void {
    this.losses.add(sentence)
  }
}
