import { holdingsOf } from '../drive/access.ts'
import { bytesOf, contentOf, type DriveContent, generatedContent, hashesOf } from '../drive/content.ts'
import { type DriveFile, FOLDER, isBlob } from '../drive/file.ts'
import { permissionFor } from '../drive/seed.ts'
import type { DriveState } from '../drive/state.ts'
import type { DriveStore } from '../drive/store.ts'
import type { DriveControl, DriveFileTruth, NewDriveFile } from './drive-control.ts'

interface Spot {
  readonly root: string
  readonly owner: string | undefined
  readonly driveId: string | undefined
}

const TYPES = new Set('folder document spreadsheet presentation drawing script vid form site map shortcut jam fusiontable'.split(' '))
const mimeOf = (type = 'text/plain'): string => (TYPES.has(type) ? `application/vnd.google-apps.${type}` : type)

/** The owner of a drive in this process. */
export class DriveDesk implements DriveControl {
  readonly #state: DriveState
  readonly #store: DriveStore
  readonly #spot: Spot

  constructor(state: DriveState, spot: Spot) {
    this.#state = state
    this.#store = state.store
    this.#spot = spot
  }

  async root(): Promise<string> {
    return this.#spot.root
  }

  async files(): Promise<readonly DriveFileTruth[]> {
    return this.#own()
      .filter(({ mimeType }) => mimeType !== FOLDER)
      .map((file) => this.#truth(file))
  }

  async folders(): Promise<readonly DriveFileTruth[]> {
    return this.#own()
      .filter(({ mimeType }) => mimeType === FOLDER)
      .map((file) => this.#truth(file))
  }

  async add(name: string, { parent, base64, size, text, type, parents, ...facts }: NewDriveFile = {}): Promise<string> {
    const { owner, driveId, root } = this.#spot
    const mimeType = mimeOf(type)
    const content = isBlob({ mimeType }) ? this.#content(name, { base64, size, text }) : undefined
    const above = parents ?? [parent ?? root]
    const more = { ...(content !== undefined && { content }), ...(text !== undefined && { text }) }
    return this.#store.add({ ...facts, name, mimeType, owner, driveId, parents: above, ...more }).id
  }

  async write(id: string, facts: Parameters<DriveControl['write']>[1]): Promise<void> {
    const file = this.#file(id)
    if (isBlob(file)) this.#store.write(file, this.#content(`${file.name}/${file.version}`, facts), { pinned: facts.pinned ?? false })
    else this.#store.say(file, facts.text ?? '')
  }

  async rename(id: string, name: string): Promise<void> {
    this.#store.change(this.#file(id), { name })
  }

  async move(id: string, parent: string): Promise<void> {
    this.#store.move(this.#file(id), [parent])
  }

  async trash(id: string, trashed: boolean): Promise<void> {
    this.#store.change(this.#file(id), { trashed })
  }

  async remove(id: string): Promise<void> {
    this.#store.remove(this.#file(id))
  }

  async share(id: string, who: string, facts: Parameters<DriveControl['share']>[2]): Promise<void> {
    const file = this.#file(id)
    const permission = permissionFor(who, facts)
    this.#store.change(file, { permissions: [...file.permissions.filter((each) => each.id !== permission.id), permission] })
  }

  async unshare(id: string, who: string): Promise<void> {
    const file = this.#file(id)
    const gone = permissionFor(who, { role: 'reader' }).id
    this.#store.change(file, { permissions: file.permissions.filter((each) => each.id !== gone) })
  }

  async limit(id: string, limited: boolean): Promise<void> {
    this.#store.change(this.#file(id), { limited })
  }

  async member(who: string, role: string | undefined): Promise<void> {
    const drive = this.#store.drives.get(this.#spot.driveId ?? '')
    if (drive === undefined) throw new Error('This is no shared drive.')
    const { id } = permissionFor(who, { role: '' })
    const others = drive.permissions.filter((each) => each.id !== id)
    drive.permissions.splice(0, Number.POSITIVE_INFINITY, ...others, ...(role === undefined ? [] : [permissionFor(who, { role })]))
    this.#store.membership(drive)
  }

  async giveTo(id: string, owner: string): Promise<void> {
    const file = this.#file(id)
    const before = file.owner
    this.#store.change(file, { owner: owner.toLowerCase() })
    if (before !== undefined) await this.share(id, before, { role: 'writer' })
  }

  async bytes(id: string): Promise<string> {
    const head = this.#file(id).revisions.at(-1)
    return head === undefined ? '' : bytesOf(head.content).toString('base64')
  }

  async reads(): Promise<Readonly<Record<string, number>>> {
    return Object.fromEntries(this.#store.reads)
  }

  async expireTokens(): Promise<void> {
    // One that nobody sees: what comes from now on stands behind the horizon.
    this.#store.log.push({ at: this.#store.now() })
    this.#store.horizon = this.#store.log.length
  }

  async breakListings(): Promise<void> {
    this.#store.generation += 1
  }

  async beIncomplete(listings: number): Promise<void> {
    this.#state.incomplete = listings
  }

  #own(): readonly DriveFile[] {
    const { owner, driveId, root } = this.#spot
    return [...this.#store.files.values()].filter(
      (file) => file.id !== root && (driveId === undefined ? file.owner === owner : file.driveId === driveId),
    )
  }

  #file(id: string): DriveFile {
    return this.#store.file(id)
  }

  #content(
    key: string,
    facts: { readonly [Key in 'base64' | 'text']?: string | undefined } & { readonly size?: number | undefined },
  ): DriveContent {
    if (facts.size !== undefined) return generatedContent(key, facts.size)
    return contentOf(facts.base64 === undefined ? Buffer.from(facts.text ?? key) : Buffer.from(facts.base64, 'base64'))
  }

  #truth(file: DriveFile): DriveFileTruth {
    const head = file.revisions.at(-1)
    const path: string[] = []
    const seen = new Set<string>()
    let at = this.#store.files.get(file.parents[0] ?? '')
    for (; at !== undefined && at.id !== this.#spot.root && !seen.has(at.id); at = this.#store.files.get(at.parents[0] ?? '')) {
      seen.add(at.id)
      path.unshift(at.name)
    }
    const hashes = head === undefined ? undefined : hashesOf(head.content)
    return {
      id: file.id,
      name: file.name,
      mimeType: file.mimeType,
      path,
      parents: file.parents,
      orphan: at === undefined,
      size: head?.content.size ?? 0,
      ...(hashes !== undefined && { md5: hashes.md5, sha256: hashes.sha256 }),
      modifiedAt: file.modifiedAt,
      createdAt: file.createdAt,
      trashed: this.#store.isTrashed(file),
      grants: holdingsOf(this.#store, file).map(({ permission, from }) => ({ ...permission, inherited: from !== undefined })),
    }
  }
}
