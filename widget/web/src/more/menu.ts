import type { View } from '../panel/view'
import type { Places } from './extras'
import { h, say } from './lent'
import { transcriptText } from './transcript-text'

/** The menu of the header: what is heard, and what becomes of the conversation. */
export interface Menu {
  draw(): void
  toggle(): void
}

export function createMenu({ chat, formats, t, announce }: View, { header, menu: button, turned }: Places): Menu {
  const sound = h('input', { type: 'checkbox', change: () => chat.set({ muted: !sound.checked }) })
  const notice = h('input', { type: 'checkbox', change: () => void allow() })
  const save = h('button', { type: 'button', click: download }, t('saveTranscript'))
  const anew = h('button', {
    type: 'button',
    click() {
      toggle()
      chat.startAnew(chat.begun)
      turned()
    },
  }, t('newChat'))
  let sure = false
  const erase = h('button', {
    type: 'button',
    click() {
      sure = !sure
      if (sure) return draw()
      toggle()
      window.chatgroups!('forget')
    },
  })
  // Not a menu to assistive technology: that would promise another way of using it by keys.
  const element = h('div', {
    class: 'menu', role: 'group', 'aria-label': t('menu'), hidden: true,
    keydown(event: KeyboardEvent) {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      toggle()
    },
    focusout({ relatedTarget }: FocusEvent) {
      if (relatedTarget && relatedTarget !== button && !element.contains(relatedTarget as Node)) close()
    },
  }, h('label', {}, sound, t('sound')), h('label', {}, notice, t('notify')), save, anew, erase)
  header.append(element)
  element.getRootNode().addEventListener('pointerdown', ({ target }) => {
    if (!element.contains(target as Node) && !button.contains(target as Node)) close()
  })

  function close(): void {
    element.hidden = true
    sure = false
    button.setAttribute('aria-expanded', 'false')
  }

  function toggle(): void {
    if (!element.hidden) {
      close()
      button.focus()
      return
    }
    draw()
    element.hidden = false
    button.setAttribute('aria-expanded', 'true')
    sound.focus()
  }

  function draw(): void {
    sound.checked = !chat.store.muted
    notice.checked = !!chat.store.notify && globalThis.Notification?.permission === 'granted'
    // Nobody is asked for permission before there is somebody who could answer.
    notice.parentElement!.hidden = !chat.exists || !('Notification' in globalThis)
    save.hidden = anew.hidden = erase.hidden = !chat.exists
    say(erase, t(sure ? 'forgetSure' : 'forget'))
  }

  async function allow(): Promise<void> {
    const wanted = notice.checked
    const allowed = wanted && (await Notification.requestPermission()) === 'granted'
    if (wanted && !allowed) announce(t('notifyBlocked'))
    chat.set({ notify: allowed })
    draw()
  }

  function download(): void {
    const text = transcriptText(chat, formats, t)
    const href = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }))
    h('a', { href, download: `chat-${new Date().toISOString().slice(0, 10)}.txt` }).click()
    // Some browsers fetch it only after the click has been dealt with.
    setTimeout(() => URL.revokeObjectURL(href), 60_000)
  }

  return { draw, toggle }
}
