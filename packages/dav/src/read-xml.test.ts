import { Fault } from '@offramp/core'
import { expect, test } from 'vitest'
import { type DavResponse, readMultistatus, textOf } from './multistatus.ts'
import { parseXml } from './read-xml.ts'
import { writeXml } from './write-xml.ts'

async function* inPieces(text: string, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const read = async (text: string): Promise<readonly DavResponse[]> => {
  const found: DavResponse[] = []
  await readMultistatus(inPieces(text), (response) => found.push(response))
  return found
}

const response = (href: string, props: string, status = '200 OK'): string =>
  `<x:response><x:href>${href}</x:href><x:propstat><x:prop>${props}</x:prop><x:status>HTTP/1.1 ${status}</x:status></x:propstat></x:response>`

const multistatus = (inner: string): string =>
  `<?xml version="1.0"?><x:multistatus xmlns:x="DAV:" xmlns:q="urn:ietf:params:xml:ns:caldav">${inner}</x:multistatus>`

test('names are told by their namespace, whatever the prefix; letters of several bytes may come in pieces', async () => {
  const [one] = await read(
    multistatus(response('/a/', '<x:displayname>Büro 📅 &amp; &#x41;</x:displayname><q:calendar-data><![CDATA[<raw>]]></q:calendar-data>')),
  )
  expect(one && textOf(one, 'D:displayname')).toBe('Büro 📅 & A')
  expect(one && textOf(one, 'C:calendar-data')).toBe('<raw>')
})

test('only properties that are there count', async () => {
  const [one] = await read(multistatus(response('/a/', '<x:displayname/>', '404 Not Found')))
  expect(one?.props.size).toBe(0)
})

const BOMB = '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>'

test.each([
  ['an external entity', `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>${multistatus(response('&f;', ''))}`],
  ['a bomb of entities', `${BOMB}${multistatus(response('&lol2;', ''))}`],
  ['an entity of HTML', multistatus(response('/a&nbsp;b', ''))],
  ['an end that is missing', multistatus(response('/a/', '')).slice(0, -10)],
  ['nothing', ''],
  ['an HTML page', '<html><body>It works</body></html>'],
  ['another document', '<x:error xmlns:x="DAV:"><x:href>/</x:href></x:error>'],
  ['two documents', `${multistatus('')}${multistatus('')}`],
  ['a response without an address', multistatus('<x:response><x:status>HTTP/1.1 200 OK</x:status></x:response>')],
  ['a property without a status', multistatus('<x:response><x:href>/a</x:href><x:propstat><x:prop/></x:propstat></x:response>')],
  ['a prefix that nobody declared', '<y:multistatus/>'],
  ['a thousand levels', multistatus('<x:a>'.repeat(1000) + '</x:a>'.repeat(1000))],
])('%s is a fault of the call, and never a short listing', async (_, text) => {
  const thrown = await read(text).catch((error: unknown) => error)
  expect(thrown instanceof Fault && thrown.reach).toBe('call')
})

test('what is written reads back, with everything that a name may hold', () => {
  const name = `<a href="x">'&amp;' ]]> \u{1f4c5} Ä\u0000\u0007\ud800</a>`
  const [set] = parseXml(
    writeXml('D:propertyupdate', { 'D:set': { 'D:displayname': name, 'D:href': ['/a', '/b&c'], 'C:comp': { '@name': '"V"' } } }),
  )
  expect(set?.children.map(({ name: called, text }) => [called, text])).toEqual([
    ['D:displayname', `<a href="x">'&amp;' ]]> \u{1f4c5} Ä\ufffd</a>`],
    ['D:href', '/a'],
    ['D:href', '/b&c'],
    ['C:comp', ''],
  ])
  expect(set?.children[3]?.attributes).toEqual({ name: '"V"' })
})
