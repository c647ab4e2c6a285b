import type { Collection, Receipt } from '@offramp/core'
import { expect } from 'vitest'
import { specimen } from '../specimens.ts'
import { ofFiles, owning } from './file-case.ts'
import { bytesOf, call, type DestinationCase, expectSame, place, receipt, SUITE, seen, sentBytes, walked } from './shared.ts'

/** `failures.md`, section 5, item 16, and what an encoder trips over. */
const ODD_NAMES: Readonly<Record<string, readonly string[]>> = {
  'names that Windows keeps for itself': ['CON', 'nul.txt', 'COM1', 'aux.tar.gz', 'LPT9.x'],
  'dots and spaces at the ends': ['a.', 'a ', ' a', 'a. ', '...', '. .', 'a.txt '],
  'names that differ only in case': ['A.txt', 'a.txt', 'a.TXT'],
  'signs that Windows refuses': [':*?"<>|', 'a:b', 'C:\\x\\y.txt', 'star*.txt'],
  'percent signs': ['%2F', '100%', '%', '%%', '%zz', 'SQ-0.5%BF-150', 'a%20b', '%25'],
  'names that mean another folder': ['..', '.', '../up.txt', './here'],
  'slashes in a name': ['a/b.txt', '/', 'a//b', 'trailing/'],
  'the same name composed and decomposed': ['M\u00e4rz.txt', 'Ma\u0308rz.txt', '\u1112\u1161\u11ab.txt', '\ud55c.txt'],
  'a name of 255 bytes, and longer ones': ['n'.repeat(255), `${'n'.repeat(251)}.txt`, `${'m'.repeat(296)}.txt`, `${'ä'.repeat(200)}.pdf`],
  'control characters and line ends': ['a\nb', 'tab\there', 'bell\u0007', 'del\u007f', 'cr\r.txt'],
  'other planes, and text from right to left': ['📨🎉.txt', '文件.docx', '\u202egpj.exe', 'a\u200bb', '𝒜'],
  'signs that an address or a shell means something by': ['a#b?c=d', 'a;b&c=d', 'a+b', '$HOME', '`x`', "it's", '~', '-rf', '@x', '[1]{2}'],
  'names that servers use themselves': ['.htaccess', '.user.ini', 'x.part', 'x.filepart', '.ocdata', 'Thumbs.db', '~$x.docx'],
  'a broken half of a sign': ['half \ud83d.txt'],
}

const at = (...path: readonly string[]): Collection => ({ id: path.join(' > '), path })

const oddNames = Object.entries(ODD_NAMES).map(
  ([what, names]): DestinationCase =>
    ofFiles({
      name: `names: ${what}`,
      async run(lab) {
        const { destination } = lab
        const home = await place(lab)
        const proofs: Receipt[] = []
        for (const [n, naturalKey] of names.entries()) {
          const sent = specimen('file', SUITE, n, { naturalKey, fill: n })
          const proof = receipt(await destination.put(home, sent, undefined, owning(...proofs)))
          expectSame(lab, await sentBytes(sent), (await seen(lab, home, proof)).body)
          // Who has forgotten that he wrote it finds it, and does not write it again.
          const again = await lab.again()
          expect(receipt(await again.put(home, sent, undefined, owning(...proofs))).locator).toBe(proof.locator)
          expect((await again.find(sent, [{ place: home.id }], call)).map(({ locator }) => locator)).toEqual([proof.locator])
          expect(await bytesOf(again.read(proof, call))).toEqual(await sentBytes(sent))
          proofs.push(proof)
        }
        const found = (await walked(lab, { place: home.id })).map(({ receipt: { locator } }) => locator)
        expect([...found].sort()).toEqual(proofs.map(({ locator }) => locator).sort())
      },
    }),
)

/** Promises of how names are written. */
export const fileNameCases: readonly DestinationCase[] = [
  ...oddNames,
  ofFiles({
    name: 'names: where nothing stands in its way, a file is written under the name that was foretold',
    lacks: ({ destination }) => (destination.nameOf ? undefined : 'names are kept as they are'),
    async run(lab) {
      const { destination } = lab
      for (const [n, naturalKey] of Object.values(ODD_NAMES).flat().entries()) {
        const home = at(`${n}`)
        const sent = specimen('file', home, n, { naturalKey })
        const told = destination.nameOf?.(sent)
        const place = await destination.prepare(home, call)
        await destination.put(place, sent, undefined, owning())
        const [found] = await walked(lab, { place: place.id })
        expect([naturalKey, found?.naturalKey]).toEqual([naturalKey, told?.name])
      }
    },
  }),
  ofFiles({
    // Folders come on pages, in any order and not all of them in every turn: a place that depended on the others would be another one each time.
    name: 'names: the place of a folder does not depend on which others its process has seen',
    async run(lab) {
      const pairs = [
        ['Twice', 'Twice'],
        ['M\u00e4rz', 'Ma\u0308rz'],
        ['Projects', 'PROJECTS'],
        ['a', 'a '],
        ['b/c', 'b'],
      ].map((names, n) => names.map((name, m): Collection => ({ id: `${n}.${m}`, path: ['Shelf', name] })))
      for (const pair of pairs) {
        const all = await lab.again()
        for (const home of pair) {
          const { id } = await all.prepare(home, call)
          expect([home.path, (await (await lab.again()).prepare(home, call)).id]).toEqual([home.path, id])
        }
      }
    },
  }),
  ofFiles({
    name: 'names: a path of 400 characters',
    async run(lab) {
      const deep = at(...Array.from({ length: 13 }, (_, n) => `folder number ${n} ${'x'.repeat(14)}`))
      const home = await lab.destination.prepare(deep, call)
      const sent = specimen('file', deep, 1)
      const proof = receipt(await lab.destination.put(home, sent, undefined, owning()))
      expect(await bytesOf((await lab.again()).read(proof, call))).toEqual(await sentBytes(sent))
    },
  }),
]
