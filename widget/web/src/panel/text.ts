import { h } from '../dom/h'
import { pieces, safe } from './links'

/** A message's text as nodes, its addresses as links. */
export function textNodes(body: string): (Node | string)[] {
  return pieces(body).map(({ text, href }) => (href ? anchor(href, text) : text))
}

/** A text that leads to an address, if a visitor may be led there. */
export function linked(address: string, text: string): HTMLElement | undefined {
  const href = safe(address)
  return href ? anchor(href, text) : undefined
}

/** A link that tells its target nothing of this page. Its address is shown to who points at it. */
function anchor(href: string, text: string): HTMLElement {
  return h('a', { href, title: href, target: '_blank', rel: 'noopener noreferrer nofollow ugc' }, text)
}
