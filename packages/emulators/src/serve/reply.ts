/** What a route answers, before anything goes wrong with it on the wire. */
export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: readonly Buffer[]
  readonly type?: string
  /** In place of `body`: too much to be held at once. */
  readonly stream?: { readonly size: number; readonly pieces: () => Iterable<Buffer> }
}
