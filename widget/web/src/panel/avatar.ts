import type { Person } from '../core/frames'
import { h } from '../dom/h'

/** A face, or a first letter where there is none or the page forbids it. Decoration: the name stands beside it. */
export function createAvatar({ name, avatar }: Person, base: string): HTMLElement {
  const letter = Array.from(name.trim())[0] ?? '?'
  const element = h('span', { class: 'avatar', 'aria-hidden': 'true' }, letter.toLocaleUpperCase())
  const address = avatar && new URL(avatar, base)
  // Only pictures that the bridge itself serves: another host would learn who reads this page.
  if (address && address.origin === new URL(base).origin) {
    const image = h('img', { src: address.href, alt: '', load: () => element.replaceChildren(image) })
  }
  return element
}
