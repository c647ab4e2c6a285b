import type { DriveControl } from './drive-desk.ts'

/** What the people of a drive can be asked for from afar, with arguments as JSON. */
const CALLS: readonly (keyof DriveControl)[] = [
  'about',
  'files',
  'folders',
  'hash',
  'bytes',
  'hashOfPart',
  'versionHashes',
  'addFolder',
  'addFile',
  'addShortcut',
  'addNotebook',
  'edit',
  'setFacts',
  'rename',
  'move',
  'remove',
  'share',
  'unshare',
  'breakInheritance',
  'expireDelta',
]

/** Does what another process asks for. */
export function callDrive(desk: DriveControl, name: string, given: readonly unknown[]): Promise<unknown> {
  const call = CALLS.find((each) => each === name)
  if (call === undefined) throw new Error(`The control API knows no "${name}" of drives.`)
  const act: unknown = desk[call]
  if (typeof act !== 'function') throw new Error(`The control API cannot call "${name}".`)
  const answer: Promise<unknown> = act(...given)
  return answer
}

/** The same hands in another process. */
export function remoteDrive(ask: (name: string, given: readonly unknown[]) => Promise<Response>): DriveControl {
  const calls = CALLS.map((name) => [
    name,
    async (...given: readonly unknown[]): Promise<unknown> => {
      const last = given.findLastIndex((each) => each !== undefined)
      const answer: unknown = JSON.parse(await (await ask(name, given.slice(0, last + 1))).text())
      return answer ?? undefined
    },
  ])
  const desk: DriveControl = Object.fromEntries(calls)
  return desk
}
