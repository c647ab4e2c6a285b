import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { FileShelf } from './files-lab.ts'

/** What rclone calls a file whose name on the disk has control characters. */
export const asRcloneServes = (name: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are pictured
  name.replace(/[\u0000-\u001f]/g, (sign) => String.fromCodePoint(0x2400 + sign.charCodeAt(0))).replace('\u007f', '\u2421')

/** Files as a server has them on its own disk. `served`: what it calls one of this name. */
export function diskShelf(root: string, served: (name: string) => string = (name) => name): FileShelf {
  const at = (path: string): string => join(root, path)
  const walk = async (path: string, shown: string): Promise<Awaited<ReturnType<FileShelf['list']>>> => {
    const found: Awaited<ReturnType<FileShelf['list']>>[number][] = []
    for (const entry of await readdir(at(path) || '/', { withFileTypes: true })) {
      const below = `${path}/${entry.name}`
      const seen = `${shown}/${served(entry.name)}`
      // Where Apache writes before it is whole; it takes these away by itself.
      if (entry.name.startsWith('.davfs.tmp')) continue
      // Apache keeps properties in folders of its own.
      if (entry.isDirectory()) found.push(...(entry.name === '.DAV' ? [] : await walk(below, seen)))
      else found.push({ path: seen, body: await readFile(`${root}${below}`), modifiedAt: (await stat(`${root}${below}`)).mtimeMs })
    }
    return found
  }
  return {
    list: () => walk('', ''),
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
