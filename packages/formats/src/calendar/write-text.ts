import { type Property, property } from '../ical/jcal.ts'
import { escapeText, mendBlock, mendLine, mendUri } from '../ical/mend-text.ts'
import { htmlToText } from '../sieve/html-to-text.ts'
import { LOSS } from './losses.ts'
import type { RichText } from './model.ts'

/** A property of text, or none for none. */
export function textProperty(name: string, text: string | undefined): Property[] {
  const mended = mendBlock(text ?? '')
  return mended.trim() === '' ? [] : [property(name, 'text', mended)]
}

/** The same for text of one line. */
export const lineProperty = (name: string, text: string | undefined): Property[] => textProperty(name, mendLine(text ?? ''))

/** DESCRIPTION, and beside it the markup as Outlook writes it. */
export function descriptionProperties({ text, html }: RichText): Property[] {
  const plain = text.trim() === '' && html !== undefined ? htmlToText(html) : text
  const markup = mendBlock(html ?? '')
  if (markup.trim() === '') return textProperty('description', plain)
  return [...textProperty('description', plain), property('x-alt-desc', 'unknown', escapeText(markup), { fmttype: 'text/html' })]
}

export function urlProperty(url: string | undefined): Property[] {
  const mended = mendUri(url ?? '')
  return mended === '' ? [] : [property('url', 'uri', mended)]
}

/** CATEGORIES: each once, in the order given. */
export function categoriesProperty(categories: readonly string[] | undefined, losses: Set<string>): Property[] {
  const names = new Set((categories ?? []).map(mendLine).filter((name) => name !== ''))
  if ([...names].some((name) => name.includes(','))) losses.add(LOSS.category)
  return [...names].map((name) => property('categories', 'text', name))
}
