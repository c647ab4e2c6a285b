import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Fault } from '@offramp/core'
import { describe, expect, test } from 'vitest'
import { differences } from '../meaning/differences.ts'
import { fromVCard } from './from-vcard.ts'
import type { Card } from './model.ts'
import { writeCard } from './write-card.ts'

const card = (...lines: readonly string[]): Buffer => Buffer.from(['BEGIN:VCARD', ...lines, 'END:VCARD', ''].join('\r\n'))
const cards = (bytes: Uint8Array): readonly Card[] => fromVCard(bytes).flatMap((one) => (one instanceof Fault ? [] : [one]))

test('vCard 2.1: quoted-printable over several lines, bare types, other character sets', () => {
  const [one] = cards(
    card(
      'VERSION:2.1',
      'N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg;;;',
      'TEL;WORK;VOICE:1',
      'TEL;CELL:2',
      'NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:a=FC=0D=0A=',
      'b',
      'PHOTO;ENCODING=BASE64;JPEG:aGVs',
      ' bG8=',
      '',
    ),
  )
  expect(one).toMatchObject({
    name: { family: 'Müller', given: 'Jörg' },
    phones: [
      { value: '1', types: ['work'] },
      { value: '2', types: ['cell'] },
    ],
    note: 'aü\nb',
    photo: { mediaType: 'image/jpeg', bytes: Buffer.from('hello') },
  })
})

test('nothing is fetched from where a card points, and what is broken costs only itself', () => {
  const [one] = cards(
    card('VERSION:3.0', 'FN:x', 'PHOTO;VALUE=uri:http://localhost:6379/', 'garbage', 'TEL;TYPE="open:1', 'BDAY:circa 1800'),
  )
  expect(one).toEqual({ uid: one?.uid, fullName: 'x' })
  expect(cards(card('VERSION:3.0', 'FN:x'))[0]?.uid).toBe(cards(card('VERSION:3.0', 'FN:x'))[0]?.uid)
})

test('text without a card, and half a card, are faults', () => {
  expect(fromVCard(Buffer.from('hello'))).toEqual([expect.objectContaining({ reason: 'not-understood' })])
  expect(fromVCard(Buffer.from('BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\n'))).toEqual([expect.objectContaining({ reason: 'not-understood' })])
})

const corpus = fileURLToPath(
  new URL('contacts', process.env['OFFRAMP_CORPORA'] ?? new URL('../../../../../shared/corpus/', import.meta.url)),
)
const here = existsSync(corpus)

describe.skipIf(!here)(here ? 'real cards' : `real cards: skipped, there is no ${corpus}`, () => {
  test('each is a card that comes back as it was written, in both versions', () => {
    let whole = 0
    for (const name of here ? readdirSync(corpus) : []) {
      for (const one of cards(readFileSync(`${corpus}/${name}`))) {
        whole++
        for (const version of ['3.0', '4.0'] as const) {
          const { bytes } = writeCard(one, { version })
          const [again] = cards(bytes)
          expect(again === undefined ? ['gone'] : differences('contact', bytes, writeCard(again, { version }).bytes), name).toEqual([])
        }
      }
    }
    expect(whole).toBeGreaterThan(20)
  })
})
