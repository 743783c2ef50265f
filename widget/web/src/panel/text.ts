import { h } from '../dom/h'
import { pieces } from './links'

/** A message's text as nodes, its addresses as links that tell their target nothing of this page. */
export function textNodes(body: string): Node[] {
  return pieces(body).map(({ text, href }) =>
    href
      ? h('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow ugc' }, text)
      : document.createTextNode(text))
}
