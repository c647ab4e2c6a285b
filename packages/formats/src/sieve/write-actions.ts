import type { RuleAction } from '@offramp/core'
import type { Notes } from './notes.ts'
import { commented, isPlainAddress, oneLine, quoted, strings } from './quote.ts'
import type { SieveNames } from './sieve-names.ts'

/** What a rule does, as lines of its block. */
export interface Block {
  /** Put before everything that files: flags hold for what is filed after them. */
  readonly marks: readonly string[]
  readonly rest: readonly string[]
  /** Lines behind `#`: forwarding that nobody asked for. */
  readonly asleep: readonly string[]
  /** Addresses that are forwarded to, in force. */
  readonly forwards: readonly string[]
}

export interface ActionContext {
  readonly names: SieveNames
  readonly notes: Notes
  readonly forwarding: boolean
}

const FLAGS = { read: '\\Seen', flagged: '\\Flagged' } as const

export function writeActions(actions: readonly RuleAction[], context: ActionContext): Block {
  const flags: string[] = []
  const block = { rest: [] as string[], asleep: [] as string[], forwards: [] as string[] }
  for (const action of actions) {
    if (action.do === 'mark') flags.push(FLAGS[action.as])
    else if (action.do === 'categorize') flags.push(...categories(action.names, context))
    else if (action.do === 'file') block.rest.push(...file(action, context))
    else if (action.do === 'discard') block.rest.push('discard;')
    else if (action.do === 'forward') forward(action, context, block)
    else context.notes.lose(action.says)
  }
  if (flags.length === 0) return { marks: [], ...block }
  context.notes.need('imap4flags')
  return { marks: [`addflag ${strings([...new Set(flags)])};`], ...block }
}

function categories(names: readonly string[], { names: { flag }, notes }: ActionContext): readonly string[] {
  return names.flatMap((name) => {
    const found = flag(name)
    // What is no flag to IMAP would stop the whole script.
    if (found !== undefined && /^[!#$&'+,\-./0-9:;<=>?@A-Z^_`a-z|~]+$/.test(found)) return [found]
    notes.lose(`the category “${oneLine(name, 60)}” cannot be set`)
    return []
  })
}

function file({ folder, copy }: Extract<RuleAction, { do: 'file' }>, { names, notes }: ActionContext): readonly string[] {
  const path = names.folder(folder)
  if (path === undefined) {
    notes.lose('it files into a folder that is no longer there or is not moved; the message stays where it is')
    return []
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (path === '' || /[\u0000-\u001f\u007f]/.test(path)) {
    notes.lose('it files into a folder whose name holds control characters; the message stays where it is')
    return []
  }
  notes.need('fileinto', 'mailbox')
  if (copy) notes.need('copy')
  return [`fileinto :create ${copy ? ':copy ' : ''}${quoted(path)};`]
}

const HOW = {
  redirect: '',
  forward: 'it forwards as a message of the account’s own; Sieve hands the message on unchanged',
  attachment: 'it forwards as an attachment; Sieve hands the message on unchanged',
} as const

function forward(
  { how, to }: Extract<RuleAction, { do: 'forward' }>,
  { notes, forwarding }: ActionContext,
  block: { readonly rest: string[]; readonly asleep: string[]; readonly forwards: string[] },
): void {
  if (HOW[how] !== '') notes.lose(HOW[how])
  for (const address of new Set(to)) {
    const line = redirect(address, notes)
    if (line === undefined) continue
    if (forwarding) {
      notes.need('copy')
      block.rest.push(line)
      block.forwards.push(address)
    } else {
      notes.lose(asleepSays(address))
      block.asleep.push(commented(line))
    }
  }
}

export const asleepSays = (address: string): string =>
  `it forwards to ${oneLine(address, 80)}, which is written as a comment only: mail leaves only where you ask for it (--with-forwarding)`

/** A line that sends a copy on, or undefined for an address that mail servers would refuse, which is noted. */
export function redirect(address: string, notes: Notes): string | undefined {
  if (isPlainAddress(address)) return `redirect :copy ${quoted(address)};`
  notes.lose(`it forwards to “${oneLine(address, 80)}”, which is no plain mail address`)
  return undefined
}
