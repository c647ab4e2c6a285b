import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { promisify } from 'node:util'
import { type drive_v3, drive as driveApi } from '@googleapis/drive'
import { JWT } from 'google-auth-library'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectWorkspace } from '../control/connect.ts'
import { serveWorkspaceControl } from '../control/server.ts'
import { type EmulatedWorkspace, startWorkspace } from '../workspace.ts'

/** Google's own client: what it accepts, the emulator speaks. */
const ANNA = 'anna@fabrikam.example'
const run = promisify(execFile)

let workspace: EmulatedWorkspace

beforeAll(async () => {
  workspace = await startWorkspace({
    seed: 2,
    accounts: [{ address: ANNA, admin: true, files: { files: 250, folders: 20, documents: 4 } }],
    quirks: { emptyPageEvery: 3 },
  })
  setDefaultCACertificates([...getCACertificates('default'), workspace.ca])
})
afterAll(() => workspace.stop())

async function resolved<Config extends { url: URL; readonly headers: Headers }>(config: Config): Promise<Config> {
  const url = new URL(config.url)
  config.headers.set('x-goog-emulated-host', url.hostname)
  url.host = new URL(workspace.url).host
  config.url = url
  return config
}

function client(): drive_v3.Drive {
  const key: { readonly client_email: string; readonly private_key: string } = JSON.parse(workspace.key())
  const scopes = ['https://www.googleapis.com/auth/drive.readonly']
  const auth = new JWT({ email: key.client_email, key: key.private_key, scopes, subject: ANNA })
  auth.transporter.interceptors.request.add({ resolved })
  return driveApi({ version: 'v3', auth, retry: false, params: { quotaUser: 'anna-1' } })
}

async function bytesOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of stream) if (part instanceof Uint8Array) parts.push(Buffer.from(part))
  return Buffer.concat(parts)
}

test('the official client walks a drive, reads a part of a file, and follows its changes', async () => {
  const api = client()
  const whole = { supportsAllDrives: true, includeItemsFromAllDrives: true } as const
  const { startPageToken } = (await api.changes.getStartPageToken({ supportsAllDrives: true })).data
  const found: drive_v3.Schema$File[] = []
  let pageToken: string | undefined
  do {
    const { data }: { data: drive_v3.Schema$FileList } = await api.files.list({
      ...whole,
      q: "mimeType != 'application/vnd.google-apps.folder'",
      pageSize: 100,
      fields: 'nextPageToken,incompleteSearch,files(id,name,size,md5Checksum)',
      ...(pageToken === undefined ? {} : { pageToken }),
    })
    found.push(...(data.files ?? []))
    pageToken = data.nextPageToken ?? undefined
  } while (pageToken !== undefined)
  expect(found).toHaveLength(254)
  const [blob] = found.filter(({ md5Checksum }) => md5Checksum)
  const fileId = blob?.id ?? ''
  const body = await bytesOf((await api.files.get({ fileId, alt: 'media', supportsAllDrives: true }, { responseType: 'stream' })).data)
  expect(createHash('md5').update(body).digest('hex')).toBe(blob?.md5Checksum)
  const range = { responseType: 'stream', headers: { range: 'bytes=10-19' } } as const
  const part = await api.files.get({ fileId, alt: 'media', supportsAllDrives: true }, range)
  expect([part.status, (await bytesOf(part.data)).equals(body.subarray(10, 20))]).toEqual([206, true])
  await workspace.drive(ANNA).rename(fileId, 'another.txt')
  const fields = 'nextPageToken,newStartPageToken,changes(fileId,removed,file(name))'
  const { data } = await api.changes.list({ ...whole, pageToken: startPageToken ?? '', pageSize: 100, includeRemoved: true, fields })
  expect(data.changes).toEqual([{ fileId, removed: false, file: { name: 'another.txt' } }])
  await expect(api.files.get({ fileId: 'nothing', supportsAllDrives: true })).rejects.toMatchObject({ status: 404 })
  expect(await workspace.violations()).toEqual([])
})

test('the official client downloads a document by an operation', async () => {
  const api = client()
  const fileId = await workspace.drive(ANNA).add('Film', { type: 'vid', text: 'a film' })
  let operation = (await api.files.download({ fileId, mimeType: 'video/mp4' })).data
  for (let polls = 0; operation.done !== true && polls < 9; polls++)
    operation = (await api.operations.get({ name: operation.name ?? '' })).data
  expect(operation.response?.['downloadUri']).toContain(new URL(workspace.url).host)
})

test('a drive can be steered from another process', async () => {
  const control = await serveWorkspaceControl(workspace)
  const far = (await connectWorkspace(control.url)).drive(ANNA)
  const folder = await far.add('From afar', { type: 'folder' })
  const id = await far.add('far.txt', { parent: folder, base64: Buffer.from('far').toString('base64') })
  await far.share(id, '*', { role: 'reader' })
  const truth = (await far.files()).find((file) => file.id === id)
  expect(truth).toMatchObject({ path: ['From afar'], size: 3, orphan: false, grants: [{ type: 'anyone', inherited: false }] })
  expect(Buffer.from(await far.bytes(id), 'base64').toString()).toBe('far')
  await far.remove(folder)
  await expect(far.rename(id, 'x')).rejects.toThrow('There is no file')
  await control.close()
})

const office = await run('soffice', ['--version']).then(
  () => true,
  () => false,
)

test.skipIf(!office)('LibreOffice opens every document that is exported', { timeout: 120_000 }, async () => {
  const api = client()
  const folder = mkdtempSync(join(tmpdir(), 'offramp-office-'))
  try {
    const prefix = 'application/vnd.openxmlformats-officedocument'
    const wanted = [
      ['document', 'odt', 'application/vnd.oasis.opendocument.text'],
      ['spreadsheet', 'ods', 'application/x-vnd.oasis.opendocument.spreadsheet'],
      ['presentation', 'odp', 'application/vnd.oasis.opendocument.presentation'],
      ['document', 'docx', `${prefix}.wordprocessingml.document`],
      ['spreadsheet', 'xlsx', `${prefix}.spreadsheetml.sheet`],
      ['presentation', 'pptx', `${prefix}.presentationml.presentation`],
    ] as const
    const files: string[] = []
    for (const [type, ending, mimeType] of wanted) {
      const fileId = await workspace.drive(ANNA).add(`A ${ending}`, { type, text: `words in ${ending}` })
      const file = join(folder, `${ending}.${ending}`)
      writeFileSync(file, await bytesOf((await api.files.export({ fileId, mimeType }, { responseType: 'stream' })).data))
      files.push(file)
    }
    await run('soffice', [
      '--headless',
      `-env:UserInstallation=file://${folder}/profile`,
      '--convert-to',
      'pdf',
      '--outdir',
      folder,
      ...files,
    ])
    for (const [, ending] of wanted)
      expect(
        readFileSync(join(folder, `${ending}.pdf`))
          .subarray(0, 4)
          .toString(),
      ).toBe('%PDF')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
