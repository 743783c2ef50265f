import { h } from '../dom/h'
import { chatIcon, downIcon, envelopeIcon, icon } from '../dom/icons'

/** The round button that stands on every page. */
export interface Launcher {
  element: HTMLElement
  isOpen(): boolean
  /** Shows the way in or the way out. */
  setOpen(open: boolean): void
  /** Shows how many replies wait, 0 for none, and names the button. */
  badge(count: number, label: string): void
  /** Becomes a link to the chat's own page, for where the panel cannot be loaded. */
  becomeLink(address: string, label: string): void
}

/** away: no group is there, so the way in is an envelope. */
export function createLauncher(label: string, away: boolean, clicked: () => void): Launcher {
  const closed = icon(away ? envelopeIcon : chatIcon)
  const opened = icon(downIcon)
  // Drawn by the style sheet: the button's name says it in words, which need not have the digit (WCAG 2.5.3).
  const count = h('span', { class: 'badge', 'aria-hidden': 'true', hidden: true })
  const look = { class: 'launcher', part: 'launcher' }
  const element = h('button', {
    ...look, click: clicked,
    'aria-haspopup': 'dialog', 'aria-expanded': 'false', 'aria-label': label,
  }, closed, count)
  let isOpen = false
  return {
    element,
    isOpen: () => isOpen,
    setOpen(open) {
      isOpen = open
      element.setAttribute('aria-expanded', String(open))
      element.replaceChild(open ? opened : closed, element.firstChild!)
    },
    badge(unread, name) {
      count.hidden = !unread
      count.dataset['n'] = unread > 99 ? '99+' : String(unread)
      element.setAttribute('aria-label', name)
    },
    becomeLink(address, name) {
      const link = h('a', { ...look, href: address, target: '_blank', rel: 'noopener', 'aria-label': name }, closed)
      // It may come to this without the visitor having done anything.
      const focused = element.matches(':focus')
      element.replaceWith(link)
      if (focused) link.focus()
    },
  }
}
