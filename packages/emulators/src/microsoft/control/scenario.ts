import { specAt } from '../../generate/plan.ts'
import { randomFrom } from '../../generate/random.ts'
import type { Drive } from '../drive/drive.ts'
import type { Outlook } from '../items/outlook.ts'
import type { Mailbox } from '../mail/mailbox.ts'
import type { Folder, Message } from '../mail/state.ts'
import { findAccount, type TenantState } from '../serve/tenant-state.ts'
import { actOnDrive, type DriveAct, isDriveAct } from './drive-acts.ts'
import { findDrive } from './drive-desk.ts'
import { actOnOutlook, isOutlookAct, type OutlookAct } from './outlook-acts.ts'

/** What a scripted user does. Choices depend on the seed and on what is there, never on time. */
export type UserAct = MailAct | OutlookAct | DriveAct

type MailAct = 'move' | 'delete' | 'flag' | 'read' | 'categorize' | 'receive' | 'rename-folder'

/**
 * A user who acts while the client works, keyed on how many requests have come: each run of the same client sees the same
 * acts at the same points.
 */
export interface ScenarioScript {
  /** Address of the account. For acts on files alone also a site, by its web address. */
  readonly mailbox: string
  /** Of a site: the library, where it is not the first. */
  readonly library?: string
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
  readonly #owner: string
  readonly #mailbox: Mailbox | undefined
  readonly #outlook: Outlook | undefined
  readonly #drive: Drive | undefined
  readonly #script: ScenarioScript
  readonly #random
  #seen = 0
  #received = 0

  constructor(state: TenantState, script: ScenarioScript) {
    const account = findAccount(state, script.mailbox)
    const onFiles = script.steps.some(({ act }) => isDriveAct(act))
    if (!onFiles && !account?.mailbox) throw new Error(`There is no mailbox ${script.mailbox} in this tenant.`)
    this.#owner = account?.address ?? script.mailbox.toLowerCase()
    this.#mailbox = account?.mailbox
    this.#outlook = account?.outlook
    this.#drive = onFiles ? findDrive(state, script.mailbox, script.library) : undefined
    this.#script = script
    this.#random = randomFrom(state.seed, 'scenario', script.seed ?? 0)
  }

  tick(kind: string, mailbox: string | undefined): void {
    if (mailbox !== this.#owner || (this.#script.kind !== undefined && this.#script.kind !== kind)) return
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
    if (isDriveAct(act)) {
      if (this.#drive) actOnDrive(this.#drive, act, this.#random)
    } else if (isOutlookAct(act)) {
      if (this.#outlook) actOnOutlook(this.#outlook, act, this.#random)
    } else if (this.#mailbox) this.#actOnMail(this.#mailbox, act)
  }

  #actOnMail(mailbox: Mailbox, act: MailAct): void {
    if (act === 'receive') this.#receive(mailbox)
    else if (act === 'rename-folder') this.#rename(mailbox)
    else this.#actOn(mailbox, this.#anyMessage(mailbox), act)
  }

  #actOn(mailbox: Mailbox, message: Message | undefined, act: Exclude<MailAct, 'receive' | 'rename-folder'>): void {
    if (!message) return
    if (act === 'move') mailbox.move(message, this.#otherFolder(mailbox, message.folder))
    else if (act === 'delete') mailbox.remove(message)
    else if (act === 'flag') mailbox.mark(message, { flag: message.marks.flag === 'flagged' ? 'notFlagged' : 'flagged' })
    else if (act === 'read') mailbox.mark(message, { read: !message.marks.read })
    else mailbox.mark(message, { categories: [`Category ${this.#random.between(1, 9)}`] })
  }

  #receive(mailbox: Mailbox): void {
    const inbox = mailbox.wellKnown('inbox')
    if (!inbox) return
    const { address } = mailbox
    const receivedAt = Date.UTC(2026, 5, 2) + this.#received * 60_000
    const origin = { key: `${address}/scenario/${this.#script.seed ?? 0}`, owner: { name: address, address }, profile: 'small' as const }
    const spec = specAt(origin, this.#received++, { receivedAt, role: 'received' })
    mailbox.add(inbox, { body: { from: 'generator', spec }, receivedAt })
  }

  #rename(mailbox: Mailbox): void {
    const own = [...mailbox.folders.values()].filter((folder) => folder.wellKnown === undefined && !folder.search)
    const folder = own[this.#random.between(0, Math.max(0, own.length - 1))]
    if (folder) mailbox.renameFolder(folder, `${folder.name} (${this.#random.between(2, 99)})`)
  }

  #anyMessage(mailbox: Mailbox): Message | undefined {
    const all = [...mailbox.messages.values()]
    return all[this.#random.between(0, Math.max(0, all.length - 1))]
  }

  #otherFolder(mailbox: Mailbox, from: Folder): Folder {
    const others = [...mailbox.folders.values()].filter(
      (folder) => folder !== from && folder.parent !== undefined && !folder.search && !folder.hidden,
    )
    return others[this.#random.between(0, Math.max(0, others.length - 1))] ?? from
  }
}
