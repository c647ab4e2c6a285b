import type { Head } from '../serve/answer.ts'
import type { CloudUser } from '../users/user.ts'
import { fileSegments } from './asked.ts'
import { type Blob, hashInTurns } from './blob.ts'
import { algorithmsIn } from './hashes.ts'
import type { FileOrFolder } from './node.ts'
import { childOf } from './tree.ts'
import { wholeOf } from './upload-folder.ts'

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Computes what an answer will say of large bytes, letting others have their turn: nothing else waits for it. */
export async function hashAhead(viewer: CloudUser, { method, path, headers }: Head): Promise<void> {
  const [area, , ...segments] = fileSegments(path, viewer.id) ?? []
  const wanted = algorithmsIn(text(headers['x-hash']))
  if (method === 'PATCH' && area === 'files') {
    const file = ownFile(viewer, segments)
    for (const each of algorithmsIn(text(headers['x-recalculate-hash']))) if (file) await hashInTurns(file, each)
  }
  const folder = method === 'MOVE' && area === 'uploads' ? viewer.uploads.get(segments[0] ?? '') : undefined
  if (!folder || folder.busy || folder.parts) return
  folder.busy = true
  try {
    for (const each of wanted) await hashInTurns(wholeOf(folder), each)
  } finally {
    folder.busy = false
  }
}

function ownFile({ files }: CloudUser, segments: readonly string[]): Blob | undefined {
  let at: FileOrFolder | undefined = files.root
  for (const segment of segments) at = at?.kind === 'folder' ? childOf(at, segment) : undefined
  return at?.kind === 'file' ? at.blob : undefined
}
