import { describe, expect, test } from 'vitest'
import type { DriveClient } from './files-client.ts'
import { mustBeWhole } from './files-export.ts'
import { type FileChoices, nameOf, refusalOf, shortcutText, targetOf } from './files-formats.ts'
import { revisionOf, versionOf } from './files-item.ts'
import { addressOf, type RemoteFile, readFile } from './files-model.ts'

const APPS = 'application/vnd.google-apps.'

function file(json: object): RemoteFile {
  const read = readFile({ id: '1', name: 'a', mimeType: 'text/plain', ownedByMe: true, ...json })
  if (read === undefined) throw new Error('no file')
  return read
}

describe('names', () => {
  test.each<[string, string, FileChoices, string]>([
    ['Report', 'document', {}, 'Report.odt'],
    ['Report.docx', 'document', {}, 'Report.docx.odt'],
    ['Report.ODT', 'document', {}, 'Report.ODT'],
    ['Report.docx', 'document', { documents: 'ooxml' }, 'Report.docx'],
    ['Sums', 'spreadsheet', { documents: 'ooxml' }, 'Sums.xlsx'],
    ['Talk', 'presentation', {}, 'Talk.odp'],
    ['Sketch', 'drawing', {}, 'Sketch.svg'],
    ['Film', 'vid', {}, 'Film.mp4'],
    ['Ask', 'form', {}, 'Ask'],
    ['There', 'shortcut', {}, 'There.url'],
  ])('%s, a %s', (name, app, choices, wanted) => {
    expect(nameOf(file({ name, mimeType: `${APPS}${app}` }), choices)).toBe(wanted)
  })

  test('of blobs are left alone', () => {
    for (const name of ['a.txt', '', 'a.', '..', 'x/y']) expect(nameOf(file({ name }), {})).toBe(name)
  })

  test('a type with x- is what Google has for its sheets', () => {
    expect(targetOf(file({ mimeType: `${APPS}spreadsheet` }), {})?.mimeTypes[0]).toBe('application/x-vnd.oasis.opendocument.spreadsheet')
  })
})

describe('what a change is', () => {
  const base = { headRevisionId: 'r', modifiedTime: '2020-01-01T00:00:00Z', parents: ['p'], version: '7', size: '5' }
  const of = (json: object, choices: FileChoices = {}) => ({
    version: versionOf(file({ ...base, ...json }), choices),
    revision: revisionOf(file({ ...base, ...json }), choices),
  })

  test.each([
    ['another name', { name: 'b' }],
    ['another folder', { parents: ['q'] }],
    ['another date', { modifiedTime: '2020-01-02T00:00:00Z' }],
  ])('%s: a new version of the same bytes', (_, json) => {
    expect([of(json).version === of({}).version, of(json).revision === of({}).revision]).toEqual([false, true])
  })

  test('other bytes', () => {
    expect(of({ headRevisionId: 's' }).revision).not.toBe(of({}).revision)
  })

  test('nothing of it: a new count of what cannot be seen, parents in another order', () => {
    expect(of({ version: '8' })).toEqual(of({}))
    expect(of({ parents: ['p', 'q'] })).toEqual(of({ parents: ['q', 'p'] }))
  })

  test('of a document its count, and what it becomes', () => {
    const mimeType = `${APPS}document`
    expect(of({ mimeType, version: '8' }).revision).not.toBe(of({ mimeType }).revision)
    expect(of({ mimeType }, { documents: 'ooxml' }).version).not.toBe(of({ mimeType }).version)
  })
})

test.each<[string, object, FileChoices, string | undefined]>([
  ['somebody else’s', { ownedByMe: false }, {}, 'not-owned'],
  ['in the bin', { trashed: true }, {}, 'gone'],
  ['in the bin, which is wanted', { trashed: true }, { bin: 'keep' }, undefined],
  ['a shortcut', { mimeType: `${APPS}shortcut` }, {}, 'pointer'],
  ['a shortcut that is wanted', { mimeType: `${APPS}shortcut` }, { shortcuts: 'address' }, undefined],
  ['encrypted', { clientEncryptionDetails: { encryptionState: 'encrypted' } }, {}, 'protected'],
  ['a form', { mimeType: `${APPS}form` }, {}, 'no-open-format'],
  ['something new', { mimeType: `${APPS}drive-sdk.1` }, {}, 'no-open-format'],
  ['not to be downloaded', { capabilities: { canDownload: false } }, {}, 'not-offered'],
  ['a file', {}, {}, undefined],
])('%s', (_, json, choices, reason) => {
  expect(refusalOf(file(json), choices, { about: 'a drive', shared: false })?.reason).toBe(reason)
})

test('an address has no key in it, and what a shortcut points to stands in its file', () => {
  expect(addressOf(file({ webViewLink: 'https://drive.google.com/file/d/1/view?usp=drivesdk&resourcekey=0-x' }))).toBe(
    'https://drive.google.com/file/d/1/view',
  )
  expect(addressOf(file({}))).toBeUndefined()
  expect(shortcutText(file({ shortcutDetails: { targetId: 'a b' } })).toString()).toContain('?id=a%20b\r\n')
})

const client: DriveClient = {
  about: 'a drive',
  json: () => Promise.reject(new Error('asked')),
  bytes: () => Promise.reject(new Error('asked')),
  linked: () => Promise.reject(new Error('asked')),
  pause: () => Promise.resolve(),
}

test.each([
  ['document', 'PK\u0003\u0004…PK\u0005\u0006…', true],
  ['document', 'PK\u0003\u0004…', false],
  ['document', '<html>…PK\u0005\u0006', false],
  ['drawing', '<svg></svg>\n', true],
  ['drawing', '<svg>', false],
  ['script', '{"files":[]}', true],
  ['script', '{"files":[', false],
  ['jam', '%PDF-1.4 … %%EOF\n', true],
  ['jam', '%PDF-1.4 …', false],
])('an export of a %s that is %j is whole: %s', (app, text, whole) => {
  const document = file({ mimeType: `${APPS}${app}` })
  const target = targetOf(document, {})
  if (target === undefined) throw new Error('no target')
  const bytes = Buffer.from(text)
  const check = (): void => mustBeWhole({ client, file: document, target, mimeType: '' }, bytes, bytes)
  if (whole) expect(check).not.toThrow()
  else expect(check).toThrow('no whole')
})
