import { type Call, type Clock, Fault } from '@offramp/core'
import { numberOf, objectOf, objectsOf, textOf } from '@offramp/wire'
import type { Google } from './client.ts'
import { PAGE } from './limits.ts'

const PARAMETER = 'accounts:gmail_used_quota_in_mb'
const DAY_MS = 86_400_000
/** Reports come days late; too early a day is refused, or told in part. Days back, in the order in which they are tried. */
const DAYS_BACK = [3, 4, 5, 7]

/** Bytes of every mailbox by address, as the newest complete report of the domain tells them. One query for 1,000 users. */
export async function readSizes(google: Google, clock: Clock, call: Call): Promise<ReadonlyMap<string, number>> {
  for (const days of DAYS_BACK) {
    const sizes = await sizesOn(google, new Date(clock.now() - days * DAY_MS).toISOString().slice(0, 10), call)
    if (sizes.size > 0) return sizes
  }
  return new Map()
}

async function sizesOn(google: Google, date: string, call: Call): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>()
  let token: string | undefined
  try {
    do {
      const pageToken = token
      const page = await google.reports(
        {
          asks: 'sizes',
          send: (api, common, options) =>
            api.userUsageReport.get(
              {
                ...common,
                userKey: 'all',
                date,
                parameters: PARAMETER,
                maxResults: PAGE.sizes,
                ...(pageToken === undefined ? {} : { pageToken }),
              },
              options,
            ),
        },
        call,
      )
      // A day that is told in part would leave mailboxes out.
      if (objectsOf(page['warnings']).some((warning) => warning['code'] === 'PARTIAL_DATA_AVAILABLE')) return new Map()
      for (const report of objectsOf(page['usageReports'])) {
        const address = textOf(objectOf(report['entity'])['userEmail'])?.toLowerCase()
        const told = objectsOf(report['parameters']).find((each) => each['name'] === PARAMETER)
        // Numbers come as text.
        const megabytes = numberOf(told?.['intValue'])
        if (address !== undefined && megabytes !== undefined) sizes.set(address, megabytes * 2 ** 20)
      }
      token = textOf(page['nextPageToken'])
    } while (token !== undefined)
  } catch (thrown) {
    // "Data for dates later than … is not yet available."
    if (thrown instanceof Fault && thrown.code === 'google-bad-request') return new Map()
    throw thrown
  }
  return sizes
}
