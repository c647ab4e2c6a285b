import { type ZipPart, zip } from './zip.ts'

const XML = '<?xml version="1.0" encoding="UTF-8"?>'
const SPACES = ['office', 'text', 'table', 'style', 'presentation'].map(
  (name) => `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`,
)
const DRAWN = [
  'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"',
  'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"',
  'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"',
]

export const xmlText = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    // What XML cannot hold at all.
    .replaceAll(/\p{Cc}/gu, (each) => ('\t\n\r'.includes(each) ? each : ''))

const content = (body: string, styles = ''): string =>
  `${XML}<office:document-content ${[...SPACES, ...DRAWN].join(' ')} office:version="1.2">${styles}<office:body>${body}</office:body></office:document-content>`

function packed(type: string, contentXml: string, second: number, more: readonly ZipPart[] = []): Buffer {
  const entries = [['/', type], ['content.xml', 'text/xml'], ...more.map(([name]) => [name, 'application/octet-stream'])]
  const listed = entries
    .map(([path, media]) => `<manifest:file-entry manifest:full-path="${path}" manifest:media-type="${media}"/>`)
    .join('')
  const manifest = `${XML}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">${listed}</manifest:manifest>`
  return zip([['mimetype', type], ['content.xml', contentXml], ...more, ['META-INF/manifest.xml', manifest]], second)
}

/** A small document that programs open. `second`: see `zip`; `more`: what fills it up to a size. */
export type Writes = (text: string, second: number, more?: readonly ZipPart[]) => Buffer

export const odt: Writes = (text, second, more) =>
  packed(
    'application/vnd.oasis.opendocument.text',
    content(
      `<office:text>${text
        .split('\n')
        .map((line) => `<text:p>${xmlText(line)}</text:p>`)
        .join('')}</office:text>`,
    ),
    second,
    more,
  )

export const ods: Writes = (text, second, more) => {
  const rows = text.split('\n').map((line) => {
    const cells = line
      .split(',')
      .map((cell) => `<table:table-cell office:value-type="string"><text:p>${xmlText(cell)}</text:p></table:table-cell>`)
    return `<table:table-row>${cells.join('')}</table:table-row>`
  })
  const sheet = `<table:table table:name="Sheet1">${rows.join('')}</table:table>`
  return packed(
    'application/vnd.oasis.opendocument.spreadsheet',
    content(`<office:spreadsheet>${sheet}</office:spreadsheet>`),
    second,
    more,
  )
}

export const odp: Writes = (text, second, more) => {
  const lines = text.split('\n').map((line) => `<text:p>${xmlText(line)}</text:p>`)
  const box = `<draw:frame svg:x="2cm" svg:y="2cm" svg:width="20cm" svg:height="10cm"><draw:text-box>${lines.join('')}</draw:text-box></draw:frame>`
  const page = `<draw:page draw:name="page1" draw:master-page-name="Default">${box}</draw:page>`
  const styles = `${XML}<office:document-styles ${[...SPACES, ...DRAWN].join(' ')} office:version="1.2"><office:automatic-styles><style:page-layout style:name="PM1"><style:page-layout-properties fo:page-width="28cm" fo:page-height="21cm"/></style:page-layout></office:automatic-styles><office:master-styles><style:master-page style:name="Default" style:page-layout-name="PM1"/></office:master-styles></office:document-styles>`
  return packed('application/vnd.oasis.opendocument.presentation', content(`<office:presentation>${page}</office:presentation>`), second, [
    ['styles.xml', styles],
    ...(more ?? []),
  ])
}
