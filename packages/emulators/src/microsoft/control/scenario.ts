import { specAt } from '../../generate/plan.ts'
import { randomFrom } from '../../generate/random.ts'
import type { Outlook } from '../items/outlook.ts'
import type { Mailbox } from '../mail/mailbox.ts'
import type { Folder, Message } from '../mail/state.ts'
import { findAccount, type TenantState } from '../serve/tenant-state.ts'
import { actOnOutlook, isOutlookAct, type OutlookAct } from './outlook-acts.ts'

/** What a scripted user does. Choices depend on the seed and on what is there, never on time. */
export type UserAct = MailAct | OutlookAct

type MailAct = 'move' | 'delete' | 'flag' | 'read' | 'categorize' | 'receive' | 'rename-folder'

/**
 * A user who acts while the client works, keyed on how many requests have come: each run of the same client sees the same
 * acts at the same points.
 */
export interface ScenarioScript {
  readonly mailbox: string
  readonly seed?: number
  /** Only requests of this kind count: `value`, `delta`, `messages` ... Default: all of the mailbox. */
  readonly kind?: string
  readonly steps: readonly ScenarioStep[]
}

export type ScenarioStep =
  /** Before the `at`th request is answered. */
  | { readonly at: number; readonly act: UserAct; readonly count?: number }
  /** Before each `every`th, `times` altogether. */
  | { readonly every: number; readonly act: UserAct; readonly times: number }

/** Plays a script against the requests of one mailbox. */
export class Scenario {
  readonly #mailbox: Mailbox
  readonly #outlook: Outlook
  readonly #script: ScenarioScript
  readonly #random
  #seen = 0
  #received = 0

  constructor(state: TenantState, script: ScenarioScript) {
    const account = findAccount(state, script.mailbox)
    if (!account?.mailbox || !account.outlook) throw new Error(`There is no mailbox ${script.mailbox} in this tenant.`)
    this.#mailbox = account.mailbox
    this.#outlook = account.outlook
    this.#script = script
    this.#random = randomFrom(state.seed, 'scenario', script.seed ?? 0)
  }

  tick(kind: string, mailbox: string | undefined): void {
    if (mailbox !== this.#mailbox.address || (this.#script.kind !== undefined && this.#script.kind !== kind)) return
    this.#seen += 1
    for (const step of this.#script.steps) {
      const times =
        'at' in step
          ? step.at === this.#seen
            ? (step.count ?? 1)
            : 0
          : this.#seen % step.every === 0 && this.#seen / step.every <= step.times
            ? 1
            : 0
      for (let time = 0; time < times; time++) this.#act(step.act)
    }
  }

  #act(act: UserAct): void {
    if (act === 'receive') this.#receive()
    else if (act === 'rename-folder') this.#rename()
    else if (isOutlookAct(act)) actOnOutlook(this.#outlook, act, this.#random)
    else this.#actOn(this.#anyMessage(), act)
  }

  #actOn(message: Message | undefined, act: Exclude<MailAct, 'receive' | 'rename-folder'>): void {
    if (!message) return
    if (act === 'move') this.#mailbox.move(message, this.#otherFolder(message.folder))
    else if (act === 'delete') this.#mailbox.remove(message)
    else if (act === 'flag') this.#mailbox.mark(message, { flag: message.marks.flag === 'flagged' ? 'notFlagged' : 'flagged' })
    else if (act === 'read') this.#mailbox.mark(message, { read: !message.marks.read })
    else this.#mailbox.mark(message, { categories: [`Category ${this.#random.between(1, 9)}`] })
  }

  #receive(): void {
    const inbox = this.#mailbox.wellKnown('inbox')
    if (!inbox) return
    const { address } = this.#mailbox
    const receivedAt = Date.UTC(2026, 5, 2) + this.#received * 60_000
    const origin = { key: `${address}/scenario/${this.#script.seed ?? 0}`, owner: { name: address, address }, profile: 'small' as const }
    const spec = specAt(origin, this.#received++, { receivedAt, role: 'received' })
    this.#mailbox.add(inbox, { body: { from: 'generator', spec }, receivedAt })
  }

  #rename(): void {
    const own = [...this.#mailbox.folders.values()].filter((folder) => folder.wellKnown === undefined && !folder.search)
    const folder = own[this.#random.between(0, Math.max(0, own.length - 1))]
    if (folder) this.#mailbox.renameFolder(folder, `${folder.name} (${this.#random.between(2, 99)})`)
  }

  #anyMessage(): Message | undefined {
    const all = [...this.#mailbox.messages.values()]
    return all[this.#random.between(0, Math.max(0, all.length - 1))]
  }

  #otherFolder(from: Folder): Folder {
    const others = [...this.#mailbox.folders.values()].filter(
      (folder) => folder !== from && folder.parent !== undefined && !folder.search && !folder.hidden,
    )
    return others[this.#random.between(0, Math.max(0, others.length - 1))] ?? from
  }
}
