import { specAt } from '../../generate/plan.ts'
import { randomFrom } from '../../generate/random.ts'
import { bodyOfBytes } from '../../mail/body.ts'
import { accountNamed } from '../directory/account.ts'
import type { GmailMailbox } from '../gmail/mailbox.ts'
import type { GmailMessage } from '../gmail/state.ts'
import type { WorkspaceState } from '../serve/state.ts'
import { type DriveAct, isDriveAct, playInDrive } from './drive-acts.ts'
import { isWorkAct, playWork } from './work-acts.ts'
import type { GmailAct, GmailScript, WorkAct } from './workspace-control.ts'

/** Plays a script against the requests of one mailbox. */
export class PlayedScript {
  readonly #mailbox: GmailMailbox
  readonly #state: WorkspaceState
  readonly #script: GmailScript
  readonly #random
  #seen = 0
  #received = 0
  #acts = 0

  constructor(state: WorkspaceState, script: GmailScript) {
    this.#mailbox = accountNamed(state, script.mailbox).mailbox
    this.#state = state
    this.#script = script
    this.#random = randomFrom(state.seed, 'script', script.seed ?? 0)
  }

  tick(method: string, mailbox: string | undefined): void {
    if (mailbox !== this.#mailbox.address || (this.#script.method !== undefined && this.#script.method !== method)) return
    this.#seen += 1
    for (const step of this.#script.steps) {
      const times = timesOf(step, this.#seen)
      for (let time = 0; time < times; time++) this.#act(step.act)
    }
  }

  #act(act: GmailAct | WorkAct | DriveAct): void {
    const account = accountNamed(this.#state, this.#script.mailbox)
    if (isWorkAct(act)) playWork(act, { account, state: this.#state, random: this.#random, turn: this.#acts++ })
    else if (isDriveAct(act))
      playInDrive(act, { store: this.#state.drive.store, owner: account.address, random: this.#random, turn: this.#acts++ })
    else if (act === 'receive') this.#receive()
    else if (act === 'rename-label') this.#rename()
    else if (act === 'edit-draft') this.#edit()
    else this.#actOn(this.#any([...this.#mailbox.messages.values()]), act)
  }

  #actOn(message: GmailMessage | undefined, act: Exclude<GmailAct, 'receive' | 'rename-label' | 'edit-draft'>): void {
    if (!message) return
    const toggle = (label: string): void =>
      this.#mailbox.relabel(message, message.labels.has(label) ? { remove: [label] } : { add: [label] })
    if (act === 'archive') this.#mailbox.relabel(message, { remove: ['INBOX'] })
    else if (act === 'trash') this.#mailbox.relabel(message, { add: ['TRASH'], remove: ['INBOX'] })
    else if (act === 'delete') this.#mailbox.remove(message)
    else if (act === 'star') toggle('STARRED')
    else if (act === 'read') toggle('UNREAD')
    else {
      const label = this.#any([...this.#mailbox.labels.values()].filter(({ type }) => type === 'user'))
      if (label) toggle(label.id)
    }
  }

  #receive(): void {
    const { address } = this.#mailbox
    const internalDate = Date.UTC(2026, 5, 2) + this.#received * 60_000
    const origin = { key: `${address}/script/${this.#script.seed ?? 0}`, owner: { name: address, address }, profile: 'small' as const }
    const spec = specAt(origin, this.#received++, { receivedAt: internalDate, role: 'received' })
    this.#mailbox.add({ body: { from: 'generator', spec }, internalDate, labels: ['INBOX', 'UNREAD'] })
  }

  #rename(): void {
    const label = this.#any([...this.#mailbox.labels.values()].filter(({ type }) => type === 'user'))
    const name = `${label?.name.slice(0, 200)} (${this.#random.between(2, 99)})`
    if (label && !this.#mailbox.labelNamed(name)) label.name = name
  }

  #edit(): void {
    const draft = this.#any([...this.#mailbox.drafts.values()])
    if (draft)
      this.#mailbox.editDraft(draft, bodyOfBytes(Buffer.from(`Subject: edited ${this.#random.between(1, 1e6)}\r\n\r\nanother text\r\n`)))
  }

  #any<Item>(all: readonly Item[]): Item | undefined {
    return all[this.#random.between(0, Math.max(0, all.length - 1))]
  }
}

function timesOf(step: GmailScript['steps'][number], seen: number): number {
  if ('at' in step) return step.at === seen ? (step.count ?? 1) : 0
  return seen % step.every === 0 && seen / step.every <= step.times ? 1 : 0
}
