import type { Ev } from '../core/frames'
import type { View } from '../panel/view'
import { chime } from './chime'

// A reply older than this was missed, and is no news for the ears.
const news = 60_000
// Of several tabs the one rings that is first: each waits for another while.
const spread = 250

/** Has a visitor who looks elsewhere know of a reply: in the page's title, by a sound, and by a notification where that was allowed. */
export interface Attention {
  draw(): void
  replied(event: Ev): void
}

export function createAttention({ chat, shell, t }: View): Attention {
  let mark = ''

  const looking = () => !document.hidden && shell.launcher.isOpen()

  function draw(): void {
    const n = looking() ? 0 : chat.store.unread()
    const next = n ? `(${n}) ` : ''
    const { title } = document
    // The page may have changed its title meanwhile: only what was put there is taken away.
    const own = title.startsWith(mark) ? title.slice(mark.length) : title
    if (title !== next + own) document.title = next + own
    mark = next
  }

  function replied({ id, at, by }: Ev): void {
    if (looking() || Date.now() - at > news) return
    setTimeout(() => {
      // In another tab it may have been heard, or read.
      if (!chat.store.unread() || !chat.ring(id)) return
      if (!chat.store.muted) chime()
      if (chat.store.notify && document.hidden) notify(by.name ?? '')
    }, Math.random() * spread)
  }

  // What was said is left out: notifications show on locked screens.
  function notify(name: string): void {
    if (Notification.permission !== 'granted') return
    try {
      const shown = new Notification(name ? t('replyFrom', { name }) : t('reply'), { tag: 'chatgroups' })
      shown.onclick = () => {
        window.focus()
        if (!shell.launcher.isOpen()) shell.launcher.element.click()
      }
    } catch {
      // Some browsers let only service workers notify.
    }
  }

  return { draw, replied }
}
