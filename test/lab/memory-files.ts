import { FileTree, MemoryDrive, memoryDrive, memoryFiles } from '@offramp/conformance'
import { connectEnds, keepReport, type OpenedProject, type Report, start, verify, type Workplace } from '@offramp/control'
import {
  type Account,
  type Clock,
  type Destination,
  type DestinationEndpoint,
  Fault,
  type Grant,
  type Share,
  systemClock,
  type TeamFolder,
  type TeamRights,
} from '@offramp/core'
import { MemoryServer, MemoryTenant } from './memory-ends.ts'
import { type MemoryWorkplace, memoryWorkplace, openedWith } from './memory-workplace.ts'

/** Somebody with a drive at a source in memory. */
export interface MemoryOwner {
  readonly account: Account
  readonly drive: MemoryDrive
  /** What the owner has granted. */
  readonly shares: Share[]
  /** The source does not let its grants be read. */
  secretive: boolean
}

/** A Team folder in memory: the files of the account that moves into it are its files. */
export interface MemoryTeam {
  state: 'absent' | 'closed' | 'open' | 'theirs'
  /** What was asked for, each time. */
  readonly asked: TeamRights[]
  /** Thrown instead of letting anybody in. */
  refusal: Fault | undefined
}

const call = { signal: new AbortController().signal }

/** Drives and a server of files in memory, under real verbs of the engine. */
export class MemoryFileLab {
  readonly owners = new Map<string, MemoryOwner>()
  readonly trees = new Map<string, FileTree>()
  readonly teams = new Map<string, MemoryTeam>()
  readonly grants: { readonly account: string; readonly grant: Grant }[] = []
  /** Groups and users that the server does not have. */
  readonly unknown = new Set<string>()
  readonly workplace: MemoryWorkplace
  readonly #rows: (readonly [source: string, destination: string])[] = []
  readonly #folder: string

  constructor(folder: string, clock: Clock = systemClock) {
    this.#folder = folder
    const base = memoryWorkplace(new MemoryTenant(), new MemoryServer(), clock)
    const source: Workplace['source'] = this.#source()
    const destinations = new Map([['mail', this.#server()]])
    this.workplace = { ...base, source, destinations, connect: (plan, aborting) => connectEnds({ source, destinations }, plan, aborting) }
  }

  add(name: string, login: string, more: Partial<Account> = {}): MemoryOwner {
    const account: Account = { id: `id-of-${name}`, name, kind: 'user', ...more }
    const owner: MemoryOwner = { account, drive: new MemoryDrive(), shares: [], secretive: false }
    this.owners.set(name, owner)
    if (login !== '') this.#rows.push([name, login])
    return owner
  }

  tree(login: string): FileTree {
    const known = this.trees.get(login) ?? new FileTree()
    this.trees.set(login, known)
    return known
  }

  team(name: string): MemoryTeam {
    const known = this.teams.get(name) ?? { state: 'absent', asked: [], refusal: undefined }
    this.teams.set(name, known)
    return known
  }

  opened(more: Partial<OpenedProject> = {}): OpenedProject {
    return { ...openedWith(this.#rows, this.#folder), kinds: ['file'], endpoints: [{ name: 'mail', kinds: ['file'] }], ...more }
  }

  #source(): Workplace['source'] {
    const { owners } = this
    const find = (name: string): MemoryOwner | undefined =>
      [...owners.values()].find(
        ({ account }) => [account.id, account.name, ...(account.aliases ?? [])].includes(name.toLowerCase()) || account.id === name,
      )
    return {
      name: 'memory drives',
      kinds: ['file'],
      async *check() {},
      async *accounts() {
        for (const { account } of owners.values()) yield account
      },
      account: async (name) => find(name)?.account,
      async connect({ id }) {
        const owner = find(id)
        if (owner === undefined) throw new Fault({ reach: 'account', code: 'memory-no-account', message: 'There is no such account.' })
        return memoryDrive(owner.drive)
      },
      async *shares({ id }) {
        const owner = find(id)
        if (owner?.secretive) throw new Fault({ reach: 'account', code: 'memory-secret', message: 'It may not be read.' })
        yield* owner?.shares ?? []
      },
    }
  }

  #server(): DestinationEndpoint {
    return {
      name: 'mail',
      kinds: ['file'],
      addressOf: (account) => `memory://files/${account.toLowerCase()}`,
      async *check() {},
      connect: async (account) => this.#destination(account),
      inTeam: (name) => ({
        ...this.#server(),
        connect: async (account) => ({ ...this.#destination(account), team: this.#teamFolder(name) }),
      }),
    }
  }

  #teamFolder(name: string): TeamFolder {
    const team = this.team(name)
    return {
      name,
      place: '',
      state: async () => team.state,
      open: async (rights) => {
        if (team.refusal !== undefined) throw team.refusal
        const inside = new Set(team.asked.flatMap(({ members }) => members.map(({ id }) => id)))
        team.asked.push(rights)
        const kept = team.state === 'open' ? rights.rules.slice(0, 1) : []
        team.state = 'open'
        return {
          members: rights.members.map(({ kind, id }) => {
            if (this.unknown.has(id)) return { kind, id, state: 'refused', why: `There is no ${id}.` }
            return { kind, id, state: inside.has(id) ? 'already' : 'joined' }
          }),
          kept,
        }
      },
    }
  }

  #destination(account: string): Destination {
    const files = memoryFiles(this.tree(account))
    return {
      ...files,
      async *walk(search, aborting) {
        for await (const found of files.walk(search, aborting)) {
          const { place, locator } = found.receipt
          yield { ...found, address: `https://cloud.example.org/${account}/${place}/${locator}` }
        }
      },
      grant: async (grant) => {
        if ('id' in grant.to && this.unknown.has(grant.to.id))
          throw new Fault({ reach: 'account', code: 'memory-no-such', message: `There is no ${grant.to.id}.`, remedy: 'Make it first.' })
        const same = ({ password: _, ...one }: Grant): string => JSON.stringify(one)
        const address = grant.to.kind === 'link' ? `https://cloud.example.org/s/${grant.to.label}` : undefined
        const before = this.grants.some((one) => one.account === account && same(one.grant) === same(grant))
        if (!before) this.grants.push({ account, grant })
        return { state: before ? 'already' : 'shared', ...(address === undefined ? {} : { address }) }
      },
    }
  }

  /** Moves every lane, compares it, and keeps the report, as `offramp run` does. */
  async run(opened = this.opened()): Promise<Report> {
    const { workplace } = this
    const { lanes, plan } = await start(workplace, opened, call)
    const { ledger, limits, large, verbs, clock, board } = workplace
    for (const { lane } of lanes) {
      const found = await board.lane(lane)
      const lease = await ledger.lease(lane, 'test', 60_000)
      if (found === undefined || lease === undefined) throw new Error('held')
      const { source, destination, close } = await workplace.connect(found.plan, call)
      for (let more = true; more; ) {
        const end = await verbs.turn(
          { source, destination, ledger, lease, pass: plan.pass, limits, large, clock, report: () => {}, troubles: 0 },
          call,
        )
        more = end.state === 'more'
      }
      await close()
      await lease.release()
      await board.setState(lane, { state: 'done', at: clock.now() })
    }
    const report = await verify(workplace, { sample: 1 }, call)
    await keepReport(this.#folder, report)
    return report
  }
}

/** Of every drive. */
export { ROOT } from '@offramp/conformance'
