import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { FileShelf } from './files-lab.ts'

/** Files as a server has them on its own disk. */
export function diskShelf(root: string): FileShelf {
  const at = (path: string): string => join(root, path)
  const walk = async (path: string): Promise<Awaited<ReturnType<FileShelf['list']>>> => {
    const found: Awaited<ReturnType<FileShelf['list']>>[number][] = []
    for (const entry of await readdir(at(path) || '/', { withFileTypes: true })) {
      const below = `${path}/${entry.name}`
      // Apache keeps properties in folders of its own.
      if (entry.isDirectory()) found.push(...(entry.name === '.DAV' ? [] : await walk(below)))
      else found.push({ path: below, body: await readFile(`${root}${below}`), modifiedAt: (await stat(`${root}${below}`)).mtimeMs })
    }
    return found
  }
  return {
    list: () => walk(''),
    async write(path, body) {
      await mkdir(dirname(at(path)), { recursive: true })
      await writeFile(`${root}${path}`, body)
    },
    move: (from, to) => rename(`${root}${from}`, `${root}${to}`),
    remove: (path) => rm(`${root}${path}`),
    removeFolder: (path) => rm(`${root}${path}`, { recursive: true }),
    changedAt: (path) =>
      stat(at(path)).then(
        ({ mtimeMs }) => mtimeMs,
        () => undefined,
      ),
  }
}
