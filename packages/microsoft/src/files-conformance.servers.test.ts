import { sourceSuite } from '@offramp/conformance'
import { filesLab } from './testing/files-lab.ts'

sourceSuite({ name: 'microsoft files', open: () => filesLab({ versions: 2 }) })
sourceSuite({ name: 'microsoft files of a site', open: () => filesLab({ site: true }) })
