import { h } from '../dom/h'
import { pieces } from './links'

/** A message's text as nodes, its addresses as links. */
export function textNodes(body: string): (Node | string)[] {
  return pieces(body).map(({ text, href }) => (href ? anchor(href, text) : text))
}

/** A link that tells its target nothing of this page. Its address is shown to who points at it. */
export function anchor(href: string, text: string): HTMLElement {
  return h('a', { href, title: href, target: '_blank', rel: 'noopener noreferrer nofollow ugc' }, text)
}
