import { below, type FileOrFolder, pathOf, rootOf, storeOf } from '../files/node.ts'
import { reachOf } from '../files/reach.ts'
import type { FileShare } from '../files/share.ts'
import { type TeamFolder, teamPath } from '../files/team.ts'
import type { CloudState } from '../serve/state.ts'
import type { ShareTruth, SharingControl, TeamTruth } from './file-control.ts'
import { everythingIn, find, namesIn } from './file-desk.ts'

const TEAM = 'team:'

/** Shares and team folders of a Nextcloud in this process. */
export const sharingDesk = (state: CloudState): SharingControl => ({
  shares: async () => [...state.shares.values()].filter(({ node }) => storeOf(node)).map((share) => shareTruth(state, share)),
  teams: async () => [...state.teams.values()].map(teamTruth),
  reach: async (path) => reachOf(state, nodeAt(state, path)),
  teamTree: async (mountPoint) => everythingIn(teamCalled(state, mountPoint).store.root),
})

function teamCalled(state: CloudState, mountPoint: string): TeamFolder {
  const team = [...state.teams.values()].find((each) => each.mountPoint === mountPoint)
  if (!team) throw new Error(`There is no team folder "${mountPoint}" in the emulated Nextcloud.`)
  return team
}

function nodeAt(state: CloudState, path: string): FileOrFolder {
  const [first = '', ...names] = namesIn(path)
  const root = first.startsWith(TEAM) ? teamCalled(state, first.slice(TEAM.length)).store.root : state.users.get(first)?.files.root
  const node = root && find(root, names)
  if (!node) throw new Error(`There is no "${path}" in the emulated Nextcloud.`)
  return node
}

function shownPath(state: CloudState, node: FileOrFolder): string {
  const team = [...state.teams.values()].find(({ store }) => store.root === rootOf(node))
  return team ? `${TEAM}${teamPath(team, node)}` : [storeOf(node)?.owner ?? '', ...pathOf(node)].join('/')
}

const shareTruth = (state: CloudState, share: FileShare): ShareTruth => {
  const { id, kind, by, to, permissions, expires, password, note, token, hideDownload, attributes } = share
  return { id, kind, by, path: shownPath(state, share.node), to, permissions, expires, password, note, token, hideDownload, attributes }
}

function teamTruth(team: TeamFolder): TeamTruth {
  const { id, mountPoint, groups, quota, acl, rules, store } = team
  const nodes = [store.root, ...below(store.root)]
  return {
    id,
    mountPoint,
    groups: Object.fromEntries(groups),
    quota,
    acl,
    rules: nodes.flatMap((node) => (rules.get(node.id) ?? []).map((rule) => ({ path: pathOf(node).join('/'), ...rule }))),
  }
}
