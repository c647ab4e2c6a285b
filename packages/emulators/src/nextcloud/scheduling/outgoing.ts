import type { Component } from '../calendars/component.ts'
import type { Asked } from '../dav/asked.ts'
import type { Stored } from '../dav/shelf.ts'
import type { Shown } from '../dav/shown.ts'

export interface Changed {
  readonly shown: Shown
  readonly calendar: Component
  readonly before: Stored | undefined
}

/** Sends what a changed object makes necessary. Gives whether the object itself was changed by it. */
export function scheduleChange(_asked: Asked, _changed: Changed): boolean {
  return false
}
