import { encodeText, quotedPrintable } from './encode.ts'
import { randomFrom } from './random.ts'
import type { Script } from './scripts.ts'

/** How a text part's lines are written. */
export type TextEncoding = '7bit' | '8bit' | 'quoted-printable'

/** Lines laid out end to end, so that a body is a slice of them and costs no work. */
export interface Block {
  readonly bytes: Buffer
  /** Where each line starts; one more than there are lines. */
  readonly starts: readonly number[]
}

const BLOCK_LINES = 800
const BASE64_LINE = 78
const blocks = new Map<string, Block>()

function layOut(lines: readonly Buffer[]): Block {
  const starts = [0]
  for (const line of lines) starts.push((starts.at(-1) ?? 0) + line.length)
  return { bytes: Buffer.concat(lines), starts }
}

function remembered(key: string, make: () => Block): Block {
  const known = blocks.get(key)
  if (known) return known
  const made = make()
  blocks.set(key, made)
  return made
}

function sentence(script: Script, random: ReturnType<typeof randomFrom>): string {
  const count = random.between(3, 9)
  const words = Array.from({ length: count }, () => random.pick(script.words))
  return `${words.join(script.dense ? '' : ' ')}.`
}

/** Sentences of a script, one a line, in a charset and a transfer encoding. */
export function textBlock(script: Script, charset: string, encoding: TextEncoding): Block {
  return remembered(`text ${script.name} ${charset} ${encoding}`, () => {
    const random = randomFrom('text', script.name)
    const lines = Array.from({ length: BLOCK_LINES }, (_, at) => {
      const line = encodeText(at % 11 === 10 ? '' : sentence(script, random), charset)
      return Buffer.concat([encoding === 'quoted-printable' ? Buffer.from(quotedPrintable(line)) : line, Buffer.from('\r\n')])
    })
    return layOut(lines)
  })
}

/** The same as HTML paragraphs. */
export function htmlBlock(script: Script, charset: string, encoding: TextEncoding): Block {
  return remembered(`html ${script.name} ${charset} ${encoding}`, () => {
    const random = randomFrom('html', script.name)
    const lines = Array.from({ length: BLOCK_LINES }, () => {
      const line = encodeText(`<p style="margin:0">${sentence(script, random)}</p>`, charset)
      return Buffer.concat([encoding === 'quoted-printable' ? Buffer.from(quotedPrintable(line)) : line, Buffer.from('\r\n')])
    })
    return layOut(lines)
  })
}

/** Full lines of base64 (76 characters and CRLF) over bytes that do not compress. */
export function base64Block(): Block {
  return remembered('base64', () => {
    const bytes = randomFrom('base64').bytes(57 * 1024)
    const lines = Array.from({ length: 1024 }, (_, at) => Buffer.from(`${bytes.toString('base64', at * 57, at * 57 + 57)}\r\n`))
    return layOut(lines)
  })
}

/** Whole lines from `block`, starting at the line that `seed` chooses, of at least `size` bytes together. */
export function slices(block: Block, seed: number, size: number): Buffer[] {
  const lines = block.starts.length - 1
  const out: Buffer[] = []
  let line = seed % lines
  let left = size
  while (left > 0) {
    const from = block.starts[line] ?? 0
    const wanted = from + left
    if (wanted >= block.bytes.length) {
      out.push(block.bytes.subarray(from))
      left -= block.bytes.length - from
      line = 0
      continue
    }
    out.push(block.bytes.subarray(from, endOfLine(block, line, wanted)))
    left = 0
  }
  return out
}

function endOfLine(block: Block, line: number, wanted: number): number {
  let low = line
  let high = block.starts.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((block.starts[middle] ?? 0) >= wanted) high = middle
    else low = middle + 1
  }
  return block.starts[low] ?? block.bytes.length
}

/** Bytes on the wire of base64 over `size` bytes, in whole lines. */
export const base64Size = (size: number): number => Math.ceil(size / 57) * BASE64_LINE
