import { type Writes, xmlText } from './odf.ts'
import { type ZipPart, zip } from './zip.ts'

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const TYPES = 'application/vnd.openxmlformats-officedocument'

type Relation = readonly [id: string, type: string, target: string]

const relations = (all: readonly Relation[]): string =>
  `${XML}<Relationships xmlns="${PACKAGE}/relationships">${all
    .map(([id, type, target]) => `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`)
    .join('')}</Relationships>`

function packed(main: string, types: Readonly<Record<string, string>>, parts: readonly ZipPart[], second: number): Buffer {
  const overrides = Object.entries(types).map(([part, type]) => `<Override PartName="/${part}" ContentType="${TYPES}.${type}+xml"/>`)
  const contents = `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="bin" ContentType="application/octet-stream"/>${overrides.join('')}</Types>`
  return zip([['[Content_Types].xml', contents], ['_rels/.rels', relations([['rId1', 'officeDocument', main]])], ...parts], second)
}

export const docx: Writes = (text, second, more = []) => {
  const paragraphs = text.split('\n').map((line) => `<w:p><w:r><w:t xml:space="preserve">${xmlText(line)}</w:t></w:r></w:p>`)
  const body = `${XML}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${paragraphs.join('')}</w:body></w:document>`
  const main = 'word/document.xml'
  return packed(main, { [main]: 'wordprocessingml.document.main' }, [[main, body], ...more], second)
}

const SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'

export const xlsx: Writes = (text, second, more = []) => {
  const rows = text.split('\n').map((line, row) => {
    const cells = line.split(',').map((cell, at) => `<c r="${column(at)}${row + 1}" t="inlineStr"><is><t>${xmlText(cell)}</t></is></c>`)
    return `<row r="${row + 1}">${cells.join('')}</row>`
  })
  const main = 'xl/workbook.xml'
  const sheet = 'xl/worksheets/sheet1.xml'
  return packed(
    main,
    { [main]: 'spreadsheetml.sheet.main', [sheet]: 'spreadsheetml.worksheet' },
    [
      [main, `${XML}<workbook ${SHEET} xmlns:r="${OFFICE}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`],
      ['xl/_rels/workbook.xml.rels', relations([['rId1', 'worksheet', 'worksheets/sheet1.xml']])],
      [sheet, `${XML}<worksheet ${SHEET}><sheetData>${rows.join('')}</sheetData></worksheet>`],
      ...more,
    ],
    second,
  )
}

const column = (at: number): string => (at < 26 ? String.fromCharCode(65 + at) : `${column(Math.floor(at / 26) - 1)}${column(at % 26)}`)

const NAMES = `xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="${OFFICE}" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"`
const GROUP =
  '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/><a:chOff x="0" y="0"/><a:chExt cx="0" cy="0"/></a:xfrm></p:grpSpPr>'
const COLOURS = ['dk1', 'lt1', 'dk2', 'lt2', 'accent1', 'accent2', 'accent3', 'accent4', 'accent5', 'accent6', 'hlink', 'folHlink']
  .map((name, at) => `<a:${name}><a:srgbClr val="${at % 2 === 0 ? '000000' : 'FFFFFF'}"/></a:${name}>`)
  .join('')
const FONT = '<a:latin typeface="Arial"/><a:ea typeface=""/><a:cs typeface=""/>'
const FILL = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
const LINE = `<a:ln w="9525">${FILL}</a:ln>`
const EFFECT = '<a:effectStyle><a:effectLst/></a:effectStyle>'
const THEME = `${XML}<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="Plain"><a:themeElements><a:clrScheme name="Plain">${COLOURS}</a:clrScheme><a:fontScheme name="Plain"><a:majorFont>${FONT}</a:majorFont><a:minorFont>${FONT}</a:minorFont></a:fontScheme><a:fmtScheme name="Plain"><a:fillStyleLst>${FILL.repeat(3)}</a:fillStyleLst><a:lnStyleLst>${LINE.repeat(3)}</a:lnStyleLst><a:effectStyleLst>${EFFECT.repeat(3)}</a:effectStyleLst><a:bgFillStyleLst>${FILL.repeat(3)}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>`
const MAP =
  '<p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" accent3="accent3" accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" folHlink="folHlink"/>'

export const pptx: Writes = (text, second, more = []) => {
  const lines = text.split('\n').map((line) => `<a:p><a:r><a:t>${xmlText(line)}</a:t></a:r></a:p>`)
  const shape = `<p:sp><p:nvSpPr><p:cNvPr id="2" name="Text"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm><a:off x="600000" y="600000"/><a:ext cx="7000000" cy="4000000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr><p:txBody><a:bodyPr/>${lines.join('')}</p:txBody></p:sp>`
  const tree = (inner: string): string => `<p:cSld><p:spTree>${GROUP}${inner}</p:spTree></p:cSld>`
  const [main, master, layout, slide] = [
    'ppt/presentation.xml',
    'ppt/slideMasters/slideMaster1.xml',
    'ppt/slideLayouts/slideLayout1.xml',
    'ppt/slides/slide1.xml',
  ]
  const kind = (name: string): string => `presentationml.${name}`
  const parts: readonly ZipPart[] = [
    [
      main,
      `${XML}<p:presentation ${NAMES}><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/></p:sldMasterIdLst><p:sldIdLst><p:sldId id="256" r:id="rId2"/></p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>`,
    ],
    [
      'ppt/_rels/presentation.xml.rels',
      relations([
        ['rId1', 'slideMaster', 'slideMasters/slideMaster1.xml'],
        ['rId2', 'slide', 'slides/slide1.xml'],
      ]),
    ],
    [
      master,
      `${XML}<p:sldMaster ${NAMES}>${tree('')}${MAP}<p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="rId1"/></p:sldLayoutIdLst></p:sldMaster>`,
    ],
    [
      'ppt/slideMasters/_rels/slideMaster1.xml.rels',
      relations([
        ['rId1', 'slideLayout', '../slideLayouts/slideLayout1.xml'],
        ['rId2', 'theme', '../theme/theme1.xml'],
      ]),
    ],
    [layout, `${XML}<p:sldLayout ${NAMES} type="blank">${tree('')}</p:sldLayout>`],
    ['ppt/slideLayouts/_rels/slideLayout1.xml.rels', relations([['rId1', 'slideMaster', '../slideMasters/slideMaster1.xml']])],
    [slide, `${XML}<p:sld ${NAMES}>${tree(shape)}</p:sld>`],
    ['ppt/slides/_rels/slide1.xml.rels', relations([['rId1', 'slideLayout', '../slideLayouts/slideLayout1.xml']])],
    ['ppt/theme/theme1.xml', THEME],
    ...more,
  ]
  const types = {
    [main]: kind('presentation.main'),
    [master]: kind('slideMaster'),
    [layout]: kind('slideLayout'),
    [slide]: kind('slide'),
    'ppt/theme/theme1.xml': 'theme',
  }
  return packed(main, types, parts, second)
}
