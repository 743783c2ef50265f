import type { Ev } from '../core/frames'
import type { View } from '../panel/view'
import { createAttention } from './attention'
import { dress } from './dress'
import { createEnding } from './ending'
import style from './extras.css'
import { h } from './lent'
import { createMenu } from './menu'
import { createOfflineForm, type OfflineForm } from './offline'
import { createOwnLines } from './ownlines'
import { createWaiting } from './waiting'

/** Where in the panel the extras stand, and what they have the panel do. */
export interface Places {
  header: HTMLElement
  /** The button of the menu, which opens and closes it. */
  menu: HTMLElement
  /** Between the log and the composer. */
  foot: HTMLElement
  /** A first message is on its way, or the question is asked anew. */
  turned(): void
}

/** What a conversation needs at times: while nobody answers, when it is over, when its visitor looks elsewhere. */
export interface Extras {
  /** Takes the question's place while nobody is there. */
  form: OfflineForm
  draw(): void
  replied(event: Ev): void
  toggleMenu(): void
}

export function createExtras(view: View, places: Places): Extras {
  dress(view.shell.root, style)
  const attention = createAttention(view)
  const note = h('p', { class: 'note', role: 'status', hidden: true })
  const form = createOfflineForm(view, (email) => {
    note.textContent = `${view.t('formSent')}. ${view.t('replyTo', { email })}`
    note.hidden = false
    places.turned()
  })
  const menu = createMenu(view, places)
  const ending = createEnding(view, places)
  const waiting = createWaiting(view)
  const ownLines = createOwnLines(view, places)
  places.foot.append(note, waiting.element, ending.element)
  return {
    form,
    draw() {
      if (view.chat.store.agents.length) note.hidden = true
      for (const part of [attention, menu, ending, waiting, ownLines]) part.draw()
      if (!form.element.hidden) form.draw()
    },
    replied: attention.replied,
    toggleMenu: menu.toggle,
  }
}
