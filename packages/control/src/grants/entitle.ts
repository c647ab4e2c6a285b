import type { Share } from '@offramp/core'
import type { SourceRights } from './source-rights.ts'
import { type Meant, meantBy, type People } from './who.ts'

/** What a grant at the source does not become. `part`: some of it is given. */
export interface ShareLoss {
  readonly share: Share
  readonly lost: 'all' | 'part'
  readonly why: string
}

/** Everything that is granted to one person, group or link. */
export interface Entitled {
  readonly meant: Extract<Meant, { who: string }>
  readonly shares: Share[]
}

/** Tells the rights of every grant, and who at the destination is meant by them; of `nobody` it is said why. */
export function entitle(
  shares: readonly Share[],
  rights: SourceRights,
  people: People,
): { readonly entitled: readonly Entitled[]; readonly nobody: readonly ShareLoss[] } {
  const entitled = new Map<string, Entitled>()
  const nobody: ShareLoss[] = []
  shares.forEach((share, index) => {
    rights.tell(share)
    const meant = meantBy(share, index, people)
    if ('owner' in meant) return
    if ('why' in meant) {
      nobody.push({ share, lost: 'all', why: meant.why })
      return
    }
    rights.give(meant.who, share)
    const one = entitled.get(meant.who) ?? { meant, shares: [] }
    one.shares.push(share)
    entitled.set(meant.who, one)
  })
  return { entitled: [...entitled.values()], nobody }
}
