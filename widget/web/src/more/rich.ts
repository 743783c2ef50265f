import type { Block, Span } from '../core/frames'
import { h } from './lent'

/** Makes a text lead to an address; undefined where a visitor may not be led. */
export type Linked = (address: string, text: string) => Node | undefined

/**
 * A message's looks as nodes. Undefined where it has none, or has any that this
 * version does not know or would not show: its plain body says the same.
 */
export function richNodes(rich: Block[] | undefined, linked: Linked): Node[] | undefined {
  try {
    return rich?.length ? blocks(rich, linked) : undefined
  } catch {
    return undefined
  }
}

function blocks(rich: Block[], linked: Linked): Node[] {
  const inline = (spans: Span[]) => inlineNodes(spans, linked)
  const nodes: Node[] = []
  // The lists that may go on, the outermost first.
  let open: { level: number; list: HTMLElement }[] = []
  for (const block of rich) {
    if (block.items) {
      const { level = 0 } = block
      open = open.filter((one) => one.level < level || (one.level === level && one.list.localName === listTag(block)))
      let list = open.find((one) => one.level === level)?.list
      if (!list) {
        list = h(listTag(block), { dir: 'auto' })
        const within = open.at(-1)?.list.lastElementChild
        if (within) within.append(list)
        else nodes.push(list)
        open.push({ level, list })
      }
      const first = block.type === 'ordered' ? block.start ?? 1 : undefined
      list.append(...block.items.map((item, i) => h('li', { value: i ? undefined : first }, ...inline(item))))
      continue
    }
    open = []
    const spans = block.spans ?? []
    if (block.type === 'paragraph') nodes.push(h('p', { dir: 'auto' }, ...(spans.length ? inline(spans) : ['\n'])))
    else if (block.type === 'quote') nodes.push(h('blockquote', { dir: 'auto' }, ...inline(spans)))
    else if (block.type === 'code') nodes.push(h('pre', { dir: 'ltr' }, ...inline(spans)))
    else throw new TypeError(block.type)
  }
  return nodes
}

function listTag({ type }: Block): 'ul' | 'ol' {
  if (type === 'list') return 'ul'
  if (type === 'ordered') return 'ol'
  throw new TypeError(type)
}

function inlineNodes(spans: Span[], linked: Linked): (Node | string)[] {
  return spans.map(({ text, link, ...look }) => {
    if (typeof text !== 'string') throw new TypeError('no text')
    let node: Node | string = text
    if (link) {
      node = linked(link, text) ?? ''
      if (!node) throw new TypeError(link)
    }
    if (look.code) node = h('code', {}, node)
    if (look.s) node = h('s', {}, node)
    if (look.i) node = h('em', {}, node)
    return look.b ? h('strong', {}, node) : node
  })
}
