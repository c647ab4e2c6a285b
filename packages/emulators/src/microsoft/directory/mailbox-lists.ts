import type { OutlookCategory } from '@microsoft/microsoft-graph-types'
import { guidFrom } from '../../generate/random.ts'
import type { Reply } from '../../serve/reply.ts'
import { CATEGORIES } from '../mail/seed.ts'
import { collection } from '../odata/page.ts'
import type { Asked } from '../serve/asked.ts'
import { jsonReply } from '../serve/reply.ts'

/** `GET /users/{u}/outlook/masterCategories`. */
export function masterCategories(asked: Asked): Reply {
  const colors = ['preset0', 'preset1', 'preset2', 'preset3'] as const
  const value: OutlookCategory[] = CATEGORIES.map((displayName, at) => ({
    id: guidFrom('category', displayName),
    displayName,
    color: colors[at] ?? 'none',
  }))
  return jsonReply(collection(`users('${asked.parts[1] ?? ''}')/outlook/masterCategories`, asked, { value, count: value.length }))
}
