import { destinationSuite } from '@offramp/conformance'
import { describe } from 'vitest'
import { type FilesLabWish, openFilesLab } from '../../../../test/servers/files-lab.ts'
import { httpShelf } from '../../../../test/servers/http-shelf.ts'
import { historyOf, type RawCloud, uploadsLeft } from '../../../../test/servers/raw-cloud.ts'
import { openTeamFilesLab, TEAM_WAIVED } from '../../../../test/servers/team-files-lab.ts'

const {
  OFFRAMP_WEBDAV_URL: url,
  OFFRAMP_WEBDAV_ROOT: root,
  OFFRAMP_WEBDAV_USER: account = '',
  OFFRAMP_WEBDAV_PASSWORD: pass = '',
  OFFRAMP_WEBDAV_ADMIN: admin,
  OFFRAMP_WEBDAV_ADMIN_PASSWORD: adminPass = '',
  OFFRAMP_WEBDAV_MEMBER: member = '',
} = process.env

const base = (url ?? '').replace(/\/+$/, '')

/** A Nextcloud says on a page without a login what it is. */
async function isCloud(): Promise<boolean> {
  const status = await fetch(`${base}/status.php`)
  return status.ok && /"productname"/.test(await status.text())
}

/** The address of the account's own folder. */
async function ownFolder(): Promise<string> {
  return root ?? ((await isCloud()) ? `${base}/remote.php/dav/files/${encodeURIComponent(account)}/` : (url ?? ''))
}

const listsUploads = (cloud: RawCloud): Promise<boolean> =>
  uploadsLeft(cloud).then(
    () => true,
    () => false,
  )

/** On a Nextcloud also what is seen of uploads and of earlier states; over plain HTTP answers are lost on the way, and uploads are broken off. */
async function openLive(): Promise<FilesLabWish> {
  const cloud = { url: base, user: account, pass }
  const has = await isCloud()
  const own = await ownFolder()
  const shelf = httpShelf({ url: own, user: account, pass, below: 'Offramp suite' })
  await shelf.empty()
  return {
    url: url ?? '',
    account,
    pass,
    shelf,
    settings: { root: 'Offramp suite' },
    clean: () => shelf.empty(),
    ...(has
      ? { history: (receipt) => historyOf(cloud, receipt), ...((await listsUploads(cloud)) ? { leftovers: () => uploadsLeft(cloud) } : {}) }
      : {}),
    ...(has && base.startsWith('http:') ? {} : { live: true }),
  }
}

/**
 * A live server, by its address, in an account that holds nothing else: `OFFRAMP_WEBDAV_URL` as a project would have it, `OFFRAMP_WEBDAV_ROOT` the
 * address of the account's own folder where that is another. Each case empties the account's folder `Offramp suite`, and writes nowhere else.
 */
describe.skipIf(url === undefined)('a live server (OFFRAMP_WEBDAV_URL, OFFRAMP_WEBDAV_USER, OFFRAMP_WEBDAV_PASSWORD)', () => {
  destinationSuite({
    name: `files at ${url ?? 'no server'}`,
    timeoutMs: 300_000,
    open: async () => openFilesLab(await openLive()),
  })
})

/**
 * The same in a Team folder `Offramp suite team` of a live Nextcloud with the app groupfolders: `OFFRAMP_WEBDAV_ADMIN` makes it, and `OFFRAMP_WEBDAV_MEMBER`,
 * an account that is there, is let in. Its content is emptied; it is left, with Offramp's groups of it, for the admin to delete.
 */
describe.skipIf(url === undefined || admin === undefined)(
  'a Team folder of a live server (OFFRAMP_WEBDAV_ADMIN, OFFRAMP_WEBDAV_MEMBER)',
  () => {
    destinationSuite({
      name: `files in a Team folder at ${url ?? 'no server'}`,
      timeoutMs: 300_000,
      waive: TEAM_WAIVED,
      open: async () =>
        openTeamFilesLab({
          url: url ?? '',
          root: await ownFolder(),
          account,
          pass,
          admin: { login: admin ?? '', pass: adminPass },
          member,
          team: 'Offramp suite team',
          live: true,
        }),
    })
  },
)
