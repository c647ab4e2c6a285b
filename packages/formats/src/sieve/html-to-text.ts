/** Elements whose content nobody reads. */
const SILENT = new Set(['head', 'style', 'script', 'title', 'template', 'noscript'])
const BLOCK = new Set(
  'address article aside blockquote center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th thead tr ul body html'.split(
    ' ',
  ),
)
/** Blocks with an empty line around them. */
const SPACED = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'ul', 'ol', 'table', 'pre'])

/** ISO 8859-1 from 160 on, by the names that HTML gives its characters. */
const LATIN =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ...LATIN.split(' ').map((name, at) => [name, String.fromCodePoint(160 + at)] as const),
  ...Object.entries({
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    euro: '€',
    ndash: '–',
    mdash: '—',
    hellip: '…',
    lsquo: '‘',
    rsquo: '’',
    sbquo: '‚',
    ldquo: '“',
    rdquo: '”',
    bdquo: '„',
    bull: '•',
    trade: '™',
    ensp: ' ',
    emsp: ' ',
    zwnj: '',
    zwj: '',
  }),
])

function entity(whole: string, body: string): string {
  if (!body.startsWith('#')) return ENTITIES.get(body) ?? whole
  const code = /^#x/i.test(body) ? Number.parseInt(body.slice(2), 16) : Number.parseInt(body.slice(1), 10)
  const valid = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000)
  return valid ? String.fromCodePoint(code) : ''
}

const decode = (text: string): string => text.replaceAll(/&(#x?[\da-f]{1,8}|[a-z]\w{1,8});/gi, entity)

/** Text that grows line by line; white space runs together as in a browser. */
class Page {
  #text = ''
  #pending = ''
  /** Nothing stands in the line yet. Kept beside the text: looking at the end of a text that grows copies it each time. */
  #isFresh = true

  write(text: string): void {
    for (const piece of text.split(/([ \t\r\n\f]+)/)) {
      if (piece === '') continue
      if (/^[ \t\r\n\f]/.test(piece)) this.#pending ||= ' '
      else {
        const atStart = this.#isFresh
        this.#text += (this.#pending === ' ' && atStart ? '' : this.#pending) + piece
        this.#pending = ''
        this.#isFresh = false
      }
    }
  }

  /** Ends the line; with `lines` 2, leaves an empty one. */
  end(lines: number): void {
    const most = /\n*$/.exec(this.#pending)?.[0].length ?? 0
    if (this.#text !== '') this.#pending = '\n'.repeat(Math.max(lines, most))
  }

  /** A line break of the author's own: each counts. */
  break(): void {
    if (this.#text !== '') this.#pending = `${this.#pending.replaceAll(' ', '')}\n`
  }

  toString(): string {
    return this.#text.replaceAll('\u00a0', ' ').replaceAll('\u00ad', '')
  }
}

const tagName = (tag: string): string => /^<\/?([a-z][a-z\d]*)/i.exec(tag)?.[1]?.toLowerCase() ?? ''

function applyTag(page: Page, tag: string): void {
  const name = tagName(tag)
  if (name === 'br') page.break()
  else if (BLOCK.has(name)) page.end(SPACED.has(name) ? 2 : 1)
  if (name === 'li' && !tag.startsWith('</')) page.write('-\u00a0')
}

/** Where the element's content ends: behind its closing tag, or at the end of all. */
function pastSilent(lower: string, name: string, from: number): number {
  const close = lower.indexOf(`</${name}`, from)
  return close < 0 ? lower.length : close
}

/** What an HTML text says, for people who read plain text. Takes any input, in linear time. */
export function htmlToText(html: string): string {
  const page = new Page()
  const lower = html.toLowerCase()
  // Some letters change their length with their case; then a silent element is looked for as it is written.
  const found = lower.length === html.length ? lower : html
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    page.write(decode(html.slice(at, open < 0 ? html.length : open)))
    if (open < 0) break
    const comment = html.startsWith('<!--', open)
    const close = comment ? html.indexOf('-->', open) : html.indexOf('>', open)
    if (close < 0) {
      if (!comment) page.write(decode(html.slice(open)))
      break
    }
    at = close + (comment ? 3 : 1)
    const tag = html.slice(open, at)
    const name = tagName(tag)
    if (SILENT.has(name) && !tag.startsWith('</')) at = pastSilent(found, name, at)
    else if (!comment) applyTag(page, tag)
  }
  return page.toString()
}
