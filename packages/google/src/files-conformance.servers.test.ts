import { sourceSuite } from '@offramp/conformance'
import { filesSuiteLab } from './testing/files-lab.ts'

sourceSuite({ name: 'google files', open: () => filesSuiteLab({ versions: 2 }) })
sourceSuite({
  name: 'google files, three on a page and every other one empty',
  open: () => filesSuiteLab({ quirks: { pageItems: 3, emptyPageEvery: 2 } }),
})
sourceSuite({ name: 'google files of a shared drive', open: () => filesSuiteLab({ shared: true }) })
