import fc from 'fast-check'
import { expect, it } from 'vitest'
import { htmlToText } from './html-to-text.ts'
import { mimeReply } from './mime-reply.ts'

it.each([
  ['<p>Hello</p><p>World</p>', 'Hello\n\nWorld'],
  ['a<br>b<br/><br>c', 'a\nb\n\nc'],
  ['<div>one</div><div>two   three\n four</div>', 'one\ntwo three four'],
  ['&lt;b&gt; &amp;amp; &uuml; &#8364; &#x1F4E8; &unknown; &', '<b> &amp; ü € 📨 &unknown; &'],
  ['<ul><li>one</li><li>two</li></ul>after', '- one\n- two\n\nafter'],
  ['<html><head><title>t</title><style>p{}</style></head><body>x<script>alert(1)</script>y</body></html>', 'xy'],
  ['a<!-- <p>hidden</p> -->b', 'ab'],
  ['<b>bold</b> and <i>more</i>', 'bold and more'],
  ['a&nbsp;b', 'a b'],
  ['1 < 2', '1 < 2'],
  ['<style>never closed', ''],
  ['', ''],
])('%s', (html, text) => expect(htmlToText(html)).toBe(text))

it('takes any input, and long ones in time', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void htmlToText(text)))
  for (const piece of ['<', '<!--', '&', '<p>', '<style>', ' ', '\n<br> ', '&#x110000;']) {
    const began = performance.now()
    htmlToText(piece.repeat(200_000))
    expect(performance.now() - began, piece).toBeLessThan(5000)
  }
})

it('writes a MIME entity of short ASCII lines', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const entity = mimeReply(text, `<p>${text.repeat(20)}</p>`)
      expect(entity).toMatch(/^[\n\x20-\x7e\t]*$/)
      expect(Math.max(...entity.split('\n').map((line) => line.length))).toBeLessThanOrEqual(76)
      expect(entity.split('--=_offramp')).toHaveLength(4)
    }),
  )
})
