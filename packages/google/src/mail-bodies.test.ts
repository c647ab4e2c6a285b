import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { Bodies } from './mail-bodies.ts'
import { openFiles } from './testing/open-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'offramp-bodies-test-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('what is still being read ahead when the mailbox is let go is kept no longer', async () => {
  const bodies = new Bodies({ page: 1, held: 0, folder }, () => undefined)
  const spool = await bodies.keeping.spool?.()
  const late = await bodies.keeping.spool?.()
  if (spool === undefined || late === undefined) throw new Error('No file was made.')
  bodies.hold({ spool })
  expect(openFiles(folder)).toHaveLength(2)
  bodies.end()
  await expect.poll(() => openFiles(folder)).toHaveLength(1)
  expect(bodies.hold({ spool: late })).toEqual({})
  await expect.poll(() => openFiles(folder)).toHaveLength(0)
})
