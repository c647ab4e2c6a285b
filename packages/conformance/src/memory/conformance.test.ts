import { destinationSuite } from '../destination-suite.ts'
import { sourceSuite } from '../source-suite.ts'
import { memoryDriveLab, memoryFilesLab } from './file-labs.ts'
import { memoryDestinationLab, memorySourceLab } from './memory-labs.ts'

sourceSuite({ name: 'memory source', open: async () => memorySourceLab() })
sourceSuite({ name: 'memory source, one listing for all', open: async () => memorySourceLab({ whole: true }) })
sourceSuite({ name: 'memory source, uneven pages', open: async () => memorySourceLab({ noise: unevenly() }) })
destinationSuite({ name: 'memory destination', open: async () => memoryDestinationLab() })
destinationSuite({ name: 'memory destination, in batches', open: async () => memoryDestinationLab({ batch: { items: 5, bytes: 10_000 } }) })
destinationSuite({ name: 'memory destination without marks', open: async () => memoryDestinationLab({ markless: true }) })

sourceSuite({ name: 'memory drive', open: async () => memoryDriveLab({ versions: 3 }) })
sourceSuite({ name: 'memory drive, uneven pages', open: async () => memoryDriveLab({ noise: unevenly() }) })
destinationSuite({ name: 'memory files', open: async () => memoryFilesLab() })
destinationSuite({ name: 'memory files, in batches', open: async () => memoryFilesLab({ batch: { items: 5, bytes: 10_000, atOnce: 4 } }) })

/** Every kind of page in turn: whole, empty, short, and with a repeated ref. */
function unevenly(): () => number {
  const values = [1, 1, 1, 0.01, 1, 0.1, 0.05]
  let at = 0
  return () => values[at++ % values.length] ?? 1
}
