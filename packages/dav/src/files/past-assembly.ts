import type { Item, PutCall } from '@offramp/core'
import { isRefusal } from '../faults.ts'
import { waitTelling } from './assemble.ts'
import type { FilesDesk } from './desk.ts'
import { LOOK } from './limits.ts'
import { lastAsked, likelyEnd, notedOf } from './upload-folder.ts'

/**
 * The file that chunks become is locked while the server puts them together: it gives no hash of it, and moves it nowhere. Where an earlier process has asked
 * for that and died, it is waited for, no longer than it is likely to take. What anybody else has locked is said at once.
 */
export async function pastAssembly<T>(desk: FilesDesk, item: Item, act: () => Promise<T>, call: PutCall): Promise<T> {
  for (;;) {
    try {
      return await act()
    } catch (thrown) {
      if (!isRefusal(thrown, 423)) throw thrown
      const since = lastAsked(await notedOf(desk, item, call))
      if (since === undefined || desk.services.clock.now() >= likelyEnd(since, item.size ?? 0)) throw thrown
      await waitTelling(desk, LOOK.first, call)
    }
  }
}
