import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pieces } from '../src/panel/links'

const links = (text: string) => pieces(text).flatMap(({ href }) => (href ? [href] : []))

for (const [what, text, expected] of [
  ['an address', 'see https://example.com/docs for more', ['https://example.com/docs']],
  ['two addresses', 'http://a.example/ https://b.example/', ['http://a.example/', 'https://b.example/']],
  ['a mail address', 'mailto:help@example.com', ['mailto:help@example.com']],
  ['the full stop of the sentence', 'Read https://example.com/x.', ['https://example.com/x']],
  ['brackets around it', '(https://example.com/x), yes', ['https://example.com/x']],
  ['brackets within it', 'https://example.com/Go_(game)', ['https://example.com/Go_(game)']],
  ['quotes around it', '"https://example.com/x"', ['https://example.com/x']],
  ['a query', 'https://example.com/x?a=1&b=2#c', ['https://example.com/x?a=1&b=2#c']],
  ['capitals', 'HTTPS://EXAMPLE.COM/X', ['https://example.com/X']],
  ['script', 'javascript:alert(1)', []],
  ['script in another coat', 'JaVaScRiPt:alert(1) data:text/html,x vbscript:x file:///etc/passwd', []],
  ['script behind an address', 'https://example.com/"onclick="alert(1)', ['https://example.com/']],
  ['markup', '<a href="https://example.com/x">y</a>', ['https://example.com/x']],
  ['a name that poses as a site', 'https://bank.example@evil.example/', []],
  ['no host', 'https:// and http://', []],
  ['no scheme', 'www.example.com', []],
] as const) {
  test(`links: ${what}`, () => assert.deepEqual(links(text), expected))
}

test('no text is lost or added', () => {
  const texts = ['', 'plain', 'a https://x.example/. b http://y.example', 'https://u@x.example z', '((https://x.example/)))']
  for (const text of texts) assert.equal(pieces(text).map((piece) => piece.text).join(''), text)
})

test('whatever is a link leads to http, https or mail', () => {
  let seed = 1
  const random = (n: number) => ((seed = Math.imul(seed, 1103515245) + 12345) >>> 8) % n
  const parts = ['https://', 'http:', 'mailto:', 'javascript:', 'data:', 'x.example', '@', '/', '"', '<', '>', ' ', '(', ')', '.', '\u202e', '\n', 'a']
  for (let round = 0; round < 2_000; round++) {
    const text = Array.from({ length: random(12) }, () => parts[random(parts.length)]).join('')
    for (const href of links(text)) assert.match(href, /^(https?:\/\/|mailto:)/, text)
    assert.equal(pieces(text).map((piece) => piece.text).join(''), text)
  }
})
