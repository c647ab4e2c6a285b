/** Gmail's units by method: since 1 May 2026, and for projects of before that day (facts 0). */
const COSTS: Readonly<Record<string, readonly [number, number]>> = {
  'messages.get': [20, 5],
  'attachments.get': [20, 5],
  'drafts.get': [20, 5],
  'messages.list': [5, 5],
  'drafts.list': [5, 5],
  'history.list': [2, 2],
}

/** Units of a Gmail method; one, where the table does not name it. */
export const costOf = (method: string, table: '2026' | 'legacy'): number => COSTS[method]?.[table === '2026' ? 0 : 1] ?? 1

/** Drive's units by method (facts 0): reading 5, listing 100, bytes 200. */
const DRIVE_COSTS: Readonly<Record<string, number>> = {
  'files.list': 100,
  'changes.list': 100,
  'files.media': 200,
  'files.download': 200,
  'files.export': 200,
  'revisions.media': 200,
}

export const driveCostOf = (method: string): number => DRIVE_COSTS[method] ?? 5
