import type { Asked } from '../dav/asked.ts'
import type { Stored } from '../dav/shelf.ts'
import type { Shown } from '../dav/shown.ts'

/** Sends what the deletion of an object makes necessary. */
export function scheduleRemoval(_asked: Asked, _removed: { readonly shown: Shown; readonly before: Stored }): void {}
