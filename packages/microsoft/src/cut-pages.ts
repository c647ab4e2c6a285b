import type { Cursor, ItemRef, Page } from '@offramp/core'

/**
 * Pages of tasks bring the steps of each task along, so that one may hold more refs than were asked for. It is handed out in parts; the cursor between
 * two parts names the page and the last ref that was handed out. By that name and not by a number: the page may have changed when it is asked for again.
 */
export interface CutPages {
  /** `ask` reads the whole page after a cursor. */
  page(after: Cursor | undefined, limit: number, ask: (after: Cursor | undefined) => Promise<Page>): Promise<Page>
}

/** `@<id> <cursor of the page>`. Ids hold no blanks. */
const between = (id: string, page: Cursor | undefined): Cursor => `@${id} ${page ?? ''}`

function readCut(after: Cursor | undefined): { readonly id?: string; readonly page: Cursor | undefined } {
  const [, id, page] = /^@(\S+) (.*)$/s.exec(after ?? '') ?? []
  return id === undefined ? { page: after } : { id, page: page === '' ? undefined : page }
}

export function cutPages(): CutPages {
  /** The page that was asked for last, so that its further parts cost nothing. */
  let kept: { readonly at: Cursor; readonly page: Page } | undefined
  return {
    async page(after, limit, ask) {
      const cut = readCut(after)
      const page = cut.id !== undefined && kept !== undefined && kept.at === after ? kept.page : await ask(cut.page)
      const from = cut.id === undefined ? 0 : page.refs.findIndex((ref) => ref.id === cut.id) + 1
      const refs: readonly ItemRef[] = page.refs.slice(from, from + limit)
      const last = refs.at(-1)
      if (last === undefined || from + limit >= page.refs.length) {
        kept = undefined
        return { ...page, refs }
      }
      const cursor = between(last.id, cut.page)
      kept = { at: cursor, page }
      return { refs, cursor, last: false }
    },
  }
}
