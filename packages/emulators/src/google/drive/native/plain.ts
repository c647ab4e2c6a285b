import { xmlText } from './odf.ts'

/** A page of one line, as small as the format allows. */
export function pdf(text: string, second: number): Buffer {
  const line = text
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .replaceAll(/[\\()]/g, '\\$&')
    .slice(0, 80)
  const stream = `BT /F1 12 Tf 72 720 Td (${line}) Tj ET`
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    `<</Length ${stream.length}>>stream\n${stream}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ]
  let body = `%PDF-1.4\n%${second}\n`
  const offsets = objects.map((object, at) => {
    const offset = body.length
    body += `${at + 1} 0 obj${object}endobj\n`
    return offset
  })
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`
  return Buffer.from(`${body}${table}trailer<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${body.length}\n%%EOF\n`, 'latin1')
}

export const svg = (text: string, second: number): Buffer =>
  Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><!-- ${second} --><svg xmlns="http://www.w3.org/2000/svg" width="960" height="720"><rect width="200" height="100" fill="#4285f4"/><text x="20" y="60">${xmlText(text)}</text></svg>`,
  )

/** An Apps Script project as Drive exports it. */
export const script = (text: string): Buffer =>
  Buffer.from(JSON.stringify({ files: [{ id: '1', name: 'Code', type: 'server_js', source: text }] }))

/** The head of a film, and nothing to see. */
export function mp4(text: string, second: number): Buffer {
  const box = (name: string, body: Buffer): Buffer => {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(8 + body.length)
    head.write(name, 4, 'latin1')
    return Buffer.concat([head, body])
  }
  return Buffer.concat([
    box('ftyp', Buffer.from('isom\u0000\u0000\u0002\u0000isommp41', 'latin1')),
    box('free', Buffer.from(`${second} ${text}`)),
  ])
}
