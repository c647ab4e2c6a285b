import type { CloudState } from '../serve/state.ts'
import type { CloudControl } from './cloud-control.ts'
import { sharingDesk } from './sharing-desk.ts'
import { userDesk } from './user-desk.ts'

/** The hands on a Nextcloud in this process. */
export function controlOf(state: CloudState, at: { readonly url: string; readonly ca: string }): CloudControl {
  return {
    ...at,
    version: state.version.join('.'),
    get users() {
      return [...state.users.keys()]
    },
    user: (id) => userDesk(state, id),
    violations: async () => state.violations.list(),
    stats: async () => ({
      requests: Object.fromEntries(state.requests),
      mostAtOnce: state.manners.most,
      faults: Object.fromEntries(state.faults.fired),
      byPassword: state.byPassword.count,
      waitedMs: state.waited.ms,
    }),
    mails: async () => {
      await Promise.allSettled(state.posting)
      return [...state.mails]
    },
    writes: async () => [...state.writes],
    sharing: sharingDesk(state),
    faults: { add: async (rule) => state.faults.add(rule), clear: async () => state.faults.clear() },
    admin: {
      set: async (settings) => {
        Object.assign(state.settings, settings)
      },
      limit: async (limits) => {
        Object.assign(state.limits, limits)
      },
      forget: async () => {
        state.rates.forget()
        state.bruteForce.forget()
      },
      pass: async (ms) => state.pass(ms),
    },
  }
}
