import type { drive_v3 } from '@googleapis/drive'
import { beforeEach, describe, expect, test } from 'vitest'
import { DriveDesk } from '../control/drive-desk.ts'
import { ANNA, type ErrorShape, type TestDomain, testDomain } from '../test-domain.ts'
import { publishedShapes } from '../test-shapes.ts'

const shapes = publishedShapes('@googleapis/drive', 'v3')
const ALL = 'supportsAllDrives=true&includeItemsFromAllDrives=true&pageSize=1000'
const BEN = 'ben@fabrikam.example'

let domain: TestDomain
let desk: DriveDesk
let shared: DriveDesk
let driveId: string

beforeEach(() => {
  domain = testDomain({
    accounts: [{ address: ANNA, admin: true }, { address: BEN }],
    sharedDrives: [{ name: 'Projects', members: { [BEN]: 'reader' } }],
    quirks: { emptyPageEvery: 0 },
  })
  const { drive } = domain.state
  const root = drive.store.rootOf(ANNA)
  desk = new DriveDesk(drive, { root, owner: ANNA, driveId: undefined })
  driveId = [...drive.store.drives.keys()][0] ?? ''
  shared = new DriveDesk(drive, { root: driveId, owner: undefined, driveId })
  domain.as(ANNA, ['drive.readonly'])
})

const get = <Shape>(path: string) => domain.get<Shape>(`/drive/v3/${path}`)
const reasonOf = (path: string): readonly [number, string | undefined] => {
  const { status, json } = get<ErrorShape>(path)
  return [status, json.error?.errors[0]?.reason]
}
const namesOf = (q: string): readonly string[] =>
  (get<drive_v3.Schema$FileList>(`files?${ALL}&q=${encodeURIComponent(q)}`).json.files ?? []).flatMap(({ name }) => name ?? []).sort()

describe('listing', () => {
  test('without fields tells names alone, and pages end where their token is not among the fields', async () => {
    for (const name of ['a', 'b', 'c']) await desk.add(name)
    const { json } = get<drive_v3.Schema$FileList>(`files?${ALL}`)
    expect(Object.keys(json.files?.[0] ?? {}).sort()).toEqual(['id', 'kind', 'mimeType', 'name'])
    expect(domain.state.violations.list()).toEqual([])
    const masked = get<drive_v3.Schema$FileList>(`files?${ALL.replace('1000', '1')}&fields=files(id)`).json
    expect([masked.files?.length, masked.nextPageToken]).toEqual([1, undefined])
    expect(domain.state.violations.list()).toEqual([expect.stringContaining('nextPageToken'), expect.stringContaining('incompleteSearch')])
  })

  test('goes on from a token, which is good for the same question alone', async () => {
    for (const name of ['a', 'b', 'c']) await desk.add(name)
    const some = ALL.replace('1000', '2')
    const first = get<drive_v3.Schema$FileList>(`files?${some}`).json
    const rest = get<drive_v3.Schema$FileList>(`files?${ALL}&pageToken=${first.nextPageToken}`).json
    expect([...(first.files ?? []), ...(rest.files ?? [])].map(({ name }) => name).sort()).toEqual(['a', 'b', 'c'])
    expect(reasonOf(`files?${some}&q=trashed=true&pageToken=${first.nextPageToken}`)[0]).toBe(400)
  })

  test.each([
    ['pageSize=0', 400],
    ['pageSize=1001', 400],
    ['corpora=nothing', 400],
    ['corpora=drive', 400],
    ['driveId=0AX', 400],
    ['q=name', 400],
    ["q=name ~ 'a'", 400],
    ['fields=files(nothing)', 400],
    ['unheard=of', 400],
  ])('refuses %s', (query, status) => {
    expect(reasonOf(`files?${query.includes('pageSize') ? '' : 'pageSize=10&'}${encodeURI(query)}`)[0]).toBe(status)
  })

  test('understands what clients ask', async () => {
    const folder = await desk.add("Anna's", { type: 'folder' })
    const inner = await desk.add('inner', { type: 'folder', parent: folder })
    await desk.add('a.txt', { parent: folder, modifiedAt: Date.UTC(2020, 0, 1) })
    const gone = await desk.add('gone.txt', { parent: inner })
    await desk.trash(inner, true)
    expect(namesOf(`'${folder}' in parents`)).toEqual(['a.txt', 'inner'])
    expect(namesOf(`'${folder}' in parents and trashed = false`)).toEqual(['a.txt'])
    expect(namesOf("name = 'Anna\\'s' or name contains 'a.'")).toEqual(["Anna's", 'a.txt'])
    expect(namesOf("not (mimeType = 'application/vnd.google-apps.folder') and 'me' in owners")).toEqual(['a.txt', 'gone.txt'])
    expect(namesOf("modifiedTime < '2021-01-01T00:00:00' and 'root' in parents")).toEqual([])
    const { json } = get<drive_v3.Schema$File>(`files/${gone}?fields=trashed,explicitlyTrashed`)
    expect(json).toEqual({ trashed: true, explicitlyTrashed: false })
  })

  test('of all drives is not complete, and says so in one word', async () => {
    await desk.add('a')
    expect(get<drive_v3.Schema$FileList>(`files?${ALL}&corpora=allDrives`).json).toMatchObject({ incompleteSearch: true, files: [] })
  })
})

describe('shared drives', () => {
  test('an administrator sees that they are there, and not what is in them', async () => {
    const id = await shared.add('plan.txt')
    expect(get<drive_v3.Schema$DriveList>('drives?useDomainAdminAccess=true&pageSize=100').json.drives).toMatchObject([{ id: driveId }])
    expect(get<drive_v3.Schema$DriveList>('drives?pageSize=100').json.drives).toEqual([])
    expect(reasonOf(`files?${ALL}&corpora=drive&driveId=${driveId}`)).toEqual([403, 'teamDriveMembershipRequired'])
    expect(reasonOf(`files/${id}?supportsAllDrives=true`)).toEqual([404, 'notFound'])
    expect(get(`files/${driveId}/permissions?useDomainAdminAccess=true&pageSize=100`).status).toBe(200)
    expect(reasonOf(`files/${id}/permissions?useDomainAdminAccess=true&pageSize=100`)[0]).toBe(404)
    domain.as(BEN, ['drive.readonly'])
    expect(reasonOf('drives?useDomainAdminAccess=true&pageSize=100')).toEqual([403, 'forbidden'])
  })

  test('for whoever forgets to say so, nothing in them is found', async () => {
    const id = await shared.add('plan.txt')
    domain.as(BEN, ['drive.readonly'])
    expect(reasonOf(`files/${id}`)).toEqual([404, 'notFound'])
    expect(get(`files/${id}?supportsAllDrives=true`).status).toBe(200)
    const { files } = get<drive_v3.Schema$FileList>(`files?${ALL}&corpora=drive&driveId=${driveId}&fields=*`).json
    expect(files?.map(({ name, owners, permissions }) => [name, owners, permissions])).toEqual([['plan.txt', undefined, undefined]])
    expect(reasonOf(`files?corpora=drive&driveId=${driveId}&pageSize=10`)[0]).toBe(400)
  })
})

describe('bytes', () => {
  const media = async (id: string, headers: Readonly<Record<string, string>> = {}) => {
    const { reply } = domain.answer(`/drive/v3/files/${id}?alt=media`, headers)
    const bytes = Buffer.concat([...(reply.stream?.pieces() ?? reply.body)])
    return { status: reply.status, range: reply.headers?.['content-range'], text: bytes.toString() }
  }

  test('come whole or in part, and of nothing there is no part', async () => {
    const id = await desk.add('a.txt', { text: '0123456789' })
    expect(await media(id)).toMatchObject({ status: 200, text: '0123456789' })
    expect(await media(id, { range: 'bytes=3-5' })).toEqual({ status: 206, range: 'bytes 3-5/10', text: '345' })
    expect(await media(id, { range: 'bytes=7-' })).toMatchObject({ status: 206, text: '789' })
    expect(await media(id, { range: 'bytes=-2' })).toMatchObject({ text: '89' })
    expect((await media(id, { range: 'bytes=10-' })).status).toBe(416)
    const empty = await desk.add('empty', { base64: '' })
    expect([(await media(empty)).status, (await media(empty, { range: 'bytes=0-' })).status]).toEqual([200, 416])
  })

  test('of a quarter of a terabyte are nowhere, and can be had all the same', async () => {
    const size = 250 * 10 ** 9
    const id = await desk.add('disk.img', { size })
    const tail = await media(id, { range: `bytes=${size - 5}-` })
    expect([tail.status, Buffer.from(tail.text).length > 0]).toEqual([206, true])
    expect(get<drive_v3.Schema$File>(`files/${id}?fields=size,md5Checksum`).json).toMatchObject({ size: String(size) })
  })

  test.each([
    ['evil', { abusive: true }, 'alt=media', 'cannotDownloadAbusiveFile'],
    ['locked', { undownloadable: true }, 'alt=media', 'cannotDownloadFile'],
    ['worn', { worn: true }, 'alt=media', 'downloadQuotaExceeded'],
    ['doc', { type: 'document' }, 'alt=media', 'fileNotDownloadable'],
  ])('%s is refused with its reason', async (name, facts, query, reason) => {
    const id = await desk.add(name, facts)
    expect(reasonOf(`files/${id}?${query}`)).toEqual([403, reason])
  })

  test('that are suspicious are given to their owner on his word', async () => {
    const id = await desk.add('evil', { abusive: true, text: 'x' })
    expect(domain.answer(`/drive/v3/files/${id}?alt=media&acknowledgeAbuse=true`).reply.status).toBe(200)
    await desk.share(id, BEN, { role: 'writer' })
    domain.as(BEN, ['drive.readonly'])
    expect(reasonOf(`files/${id}?alt=media&acknowledgeAbuse=true`)).toEqual([403, 'cannotDownloadAbusiveFile'])
  })
})

describe('documents', () => {
  const exported = (id: string, type: string) => domain.answer(`/drive/v3/files/${id}/export?mimeType=${encodeURIComponent(type)}`).reply
  const ODT = 'application/vnd.oasis.opendocument.text'

  test('have a size that is not that of an export, and no two exports are alike', async () => {
    const id = await desk.add('Text', { type: 'document', text: 'hello' })
    const { json } = get<drive_v3.Schema$File>(`files/${id}?fields=size,md5Checksum,exportLinks`)
    expect([Number(json.size) > 0, json.md5Checksum, Object.keys(json.exportLinks ?? {}).length]).toEqual([true, undefined, 4])
    const [one, two] = [exported(id, ODT), exported(id, ODT)].map(({ stream }) => Buffer.concat([...(stream?.pieces() ?? [])]))
    expect([one?.length, one?.equals(two ?? Buffer.alloc(0))]).toEqual([two?.length, false])
  })

  test('above 10 MB, of the wrong sort, or none at all are refused', async () => {
    const large = await desk.add('Large', { type: 'presentation', exportBytes: 11 * 2 ** 20 })
    const film = await desk.add('Film', { type: 'vid' })
    const blob = await desk.add('blob.txt')
    const type = encodeURIComponent('application/vnd.oasis.opendocument.presentation')
    expect(reasonOf(`files/${large}/export?mimeType=${type}`)).toEqual([403, 'exportSizeLimitExceeded'])
    expect(reasonOf(`files/${large}/export?mimeType=image/gif`)).toEqual([400, 'badRequest'])
    expect(reasonOf(`files/${film}/export?mimeType=video/mp4`)).toEqual([403, 'fileNotExportable'])
    expect(reasonOf(`files/${blob}/export?mimeType=text/plain`)).toEqual([403, 'fileNotExportable'])
    expect(reasonOf('about')).toEqual([400, 'required'])
  })
})

test('changes: the folder alone is told of where it moves, what is trashed is still there, what is removed is not', async () => {
  const [folder, other] = [await desk.add('folder', { type: 'folder' }), await desk.add('other', { type: 'folder' })]
  const [file, gone] = [await desk.add('in.txt', { parent: folder }), await desk.add('gone.txt')]
  const start = get<drive_v3.Schema$StartPageToken>('changes/startPageToken?supportsAllDrives=true').json.startPageToken
  const after = (token: string | null | undefined) =>
    get<drive_v3.Schema$ChangeList>(`changes?${ALL}&includeRemoved=true&pageToken=${token}&fields=*`)
  await desk.move(folder, other)
  await desk.trash(file, true)
  await desk.remove(gone)
  const { changes, newStartPageToken } = after(start).json
  expect(changes?.map(({ fileId, removed, file: now }) => [fileId, removed, now?.trashed])).toEqual([
    [folder, false, false],
    [file, false, true],
    [gone, true, undefined],
  ])
  expect(after(newStartPageToken).json.changes).toEqual([])
  await desk.expireTokens()
  expect(after(newStartPageToken).status).toBe(400)
  await shared.member(ANNA, 'reader')
  const again = get<drive_v3.Schema$StartPageToken>('changes/startPageToken').json.startPageToken
  await shared.member(ANNA, undefined)
  expect(after(again).json.changes).toMatchObject([{ changeType: 'drive', driveId, removed: true }])
})

test('what it tells has the shapes that Google publishes', async () => {
  const id = await desk.add('a.txt', { text: 'a', description: 'b', resourceKey: '0-x' })
  await desk.write(id, { text: 'b', pinned: true })
  await desk.share(id, BEN, { role: 'reader', expirationTime: '2027-01-01T00:00:00Z' })
  const document = await desk.add('Text', { type: 'document' })
  for (const [path, shape] of [
    [`files?${ALL}&fields=*`, 'FileList'],
    [`files/${id}?fields=*`, 'File'],
    [`files/${document}?fields=*`, 'File'],
    [`files/${id}/permissions?pageSize=100&fields=*`, 'PermissionList'],
    [`files/${id}/revisions?pageSize=1000&fields=*`, 'RevisionList'],
    ['about?fields=*', 'About'],
    ['changes/startPageToken', 'StartPageToken'],
    ['drives?useDomainAdminAccess=true&pageSize=100&fields=*', 'DriveList'],
  ] as const) {
    const { status, json } = get(path)
    expect([path, status, shapes.strangers(json, shape)]).toEqual([path, 200, []])
  }
})
