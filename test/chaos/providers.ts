import type { AccountSeed } from '@offramp/emulators'
import type { BareWish } from '../lab/bare-lab.ts'
import type { Scene } from './scene.ts'
import { useStage, useWorkspaceStage } from './stage.ts'

/** What a scene needs whoever is read. */
export interface CommonWish extends BareWish {
  readonly name: string
  readonly mailboxes: number
  readonly messages: number
  readonly sizes?: AccountSeed['sizes']
  /** Milliseconds that each answer of the provider takes. */
  readonly latencyMs?: number
}

export interface Provider {
  readonly provider: string
  readonly stage: (wish: CommonWish) => Promise<Scene>
}

/** Far more than a minute of Google's, on both sides: this is about blows, and not about patience. */
export const PLENTY = { userPerMinute: 600_000 }

/** The same blows for both. Called where a test file collects its tests. */
export function providers(): readonly Provider[] {
  const [microsoft, google] = [useStage(), useWorkspaceStage()]
  return [
    {
      provider: 'Microsoft 365',
      stage: ({ latencyMs = 0, ...wish }) => microsoft({ ...wish, tenant: { quirks: { regenerateMime: false }, latencyMs } }),
    },
    {
      provider: 'Gmail',
      stage: ({ latencyMs = 0, name, ...wish }) =>
        google({ ...wish, name: `${name} with Gmail`, source: { limits: PLENTY }, workspace: { limits: PLENTY, latencyMs } }),
    },
  ]
}
