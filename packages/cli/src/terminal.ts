/** Where a command writes and what it may know of its surroundings. Made in `main.ts`. */
export interface Terminal {
  /** Results: text for people, or JSON with `--json`. */
  out(text: string): void
  /** Progress and errors. */
  err(text: string): void
  /** Whether `out` is a screen that can be redrawn. */
  readonly tty: boolean
  columns(): number
  rows(): number
  readonly debug: boolean
  env(name: string): string | undefined
}

/** One JSON value a line. Never pretty: each line is whole for a reader of lines. */
export const jsonLine = (value: unknown): string => `${JSON.stringify(value)}\n`
