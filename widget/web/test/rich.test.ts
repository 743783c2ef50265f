// A document of the few things that rendering needs, so that what comes out can be read as text.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Block } from '../src/core/frames'
import { h } from '../src/dom/h'
import { borrow, type Tools } from '../src/more/lent'
import { richNodes } from '../src/more/rich'
import { linked } from '../src/panel/text'

class Element {
  children: (Element | string)[] = []
  attributes = ''
  constructor(readonly localName: string) {}
  append(...children: (Element | string)[]): void {
    this.children.push(...children)
  }
  setAttribute(name: string, value: string): void {
    this.attributes += ` ${name}="${value}"`
  }
  removeAttribute(): void {}
  get lastElementChild(): Element | undefined {
    return this.children.filter((child) => child instanceof Element).at(-1)
  }
  toString(): string {
    return `<${this.localName}${this.attributes}>${this.children.join('')}</${this.localName}>`
  }
}

borrow({ h } as Tools)
Object.assign(globalThis, { document: { createElement: (name: string) => new Element(name) } })

const drawn = (rich: unknown) => richNodes(rich as Block[], linked)?.join('').replaceAll(' dir="auto"', '')
const paragraph = (...spans: object[]) => [{ type: 'paragraph', spans }]
const items = (...texts: string[]) => texts.map((text) => [{ text }])

for (const [what, rich, expected] of [
  ['marks', paragraph({ text: 'a ' }, { text: 'b', b: true }, { text: 'c', i: true, s: true }, { text: 'd', code: true }),
    '<p>a <strong>b</strong><em><s>c</s></em><code>d</code></p>'],
  ['markup is text', paragraph({ text: '<img src=x>', b: true }), '<p><strong><img src=x></strong></p>'],
  ['a link', paragraph({ text: 'us', link: 'tel:+49301', b: true }),
    '<p><strong><a href="tel:+49301" title="tel:+49301" target="_blank" rel="noopener noreferrer nofollow ugc">us</a></strong></p>'],
  ['an empty line', [{ type: 'paragraph' }], '<p>\n</p>'],
  ['a quote and code', [{ type: 'quote', spans: [{ text: 'q' }] }, { type: 'code', spans: [{ text: 'x\n  y' }] }],
    '<blockquote>q</blockquote><pre dir="ltr">x\n  y</pre>'],
  ['a nested list, and the outer one going on', [
    { type: 'ordered', items: items('a', 'b') },
    { type: 'list', items: items('c'), level: 1 },
    { type: 'ordered', items: items('d'), start: 3 },
  ], '<ol><li value="1">a</li><li>b<ul><li>c</li></ul></li><li value="3">d</li></ol>'],
  ['two levels down and one up', [
    { type: 'list', items: items('a') },
    { type: 'list', items: items('b'), level: 2 },
    { type: 'list', items: items('c'), level: 1 },
  ], '<ul><li>a<ul><li>b</li></ul><ul><li>c</li></ul></li></ul>'],
  ['a list that begins deep', [{ type: 'list', items: items('a'), level: 3 }, { type: 'list', items: items('b') }],
    '<ul><li>a</li></ul><ul><li>b</li></ul>'],
  ['lists with text between them', [{ type: 'list', items: items('a') }, ...paragraph({ text: 'b' }), { type: 'list', items: items('c') }],
    '<ul><li>a</li></ul><p>b</p><ul><li>c</li></ul>'],
  ['lists of two kinds', [{ type: 'list', items: items('a') }, { type: 'ordered', items: items('b'), start: 7 }],
    '<ul><li>a</li></ul><ol><li value="7">b</li></ol>'],
] as const) {
  test(`rich text: ${what}`, () => assert.equal(drawn(rich), expected))
}

for (const [what, rich] of [
  ['none', undefined],
  ['nothing', []],
  ['another form', 'text'],
  ['a block of a later version', [{ type: 'table', spans: [{ text: 'a' }] }]],
  ['a list of a later version', [{ type: 'tasks', items: items('a') }]],
  ['a span without text', paragraph({ b: true })],
  ['spans of another form', [{ type: 'quote', spans: 'a' }]],
  ['a hole', paragraph(null as unknown as object)],
  ['script', paragraph({ text: 'a', link: 'javascript:alert(1)' })],
  ['script with a gap', paragraph({ text: 'a', link: 'java\nscript:alert(1)' })],
  ['a name that poses as a site', paragraph({ text: 'a', link: 'https://bank.example@evil.example/' })],
  ['an address within the page', paragraph({ text: 'a', link: '/logout' })],
] as const) {
  test(`rich text that is left to the plain body: ${what}`, () => assert.equal(richNodes(rich as unknown as Block[], linked), undefined))
}

test('the golden rich text is drawn', () => {
  const { frame } = JSON.parse(readFileSync('../testdata/frames/server-ev-message-rich.json', 'utf8')) as { frame: { rich: Block[] } }
  assert.match(drawn(frame.rich)!, /<code>make -B<\/code>.*<blockquote>.*<pre .*<ul>.*<ol><li value="3">/s)
})
