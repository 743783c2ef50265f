import type { View } from '../panel/view'
import { h } from './lent'

/**
 * Asks in place, before anything is stored or sent, whether the visitor agrees; agreed
 * is called when they do.
 */
export function askConsent({ shell, t }: View, place: HTMLElement, agreed: () => void): void {
  const href = shell.data['privacy']
  const notice = href ? [' ', h('a', { href, target: '_blank', rel: 'noopener' }, t('privacy'))] : []
  const start = h('button', { class: 'primary', type: 'button', click }, t('start'))
  function click(): void {
    place.replaceChildren()
    agreed()
  }
  place.replaceChildren(h('div', { class: 'chooser' }, h('p', {}, t('consent'), ...notice), start))
  start.focus()
}
