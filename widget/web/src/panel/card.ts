import type { Group } from '../core/frames'
import { h, say } from '../dom/h'
import type { View } from './view'

/** One group to choose: a native radio button, its name, and whether anybody is there. */
export interface Card {
  element: HTMLElement
  radio: HTMLInputElement
  update(group: Group): void
}

export function createCard(group: Group, view: View, changed: () => void): Card {
  const radio = h('input', { type: 'radio', name: 'group', value: group.id, required: true, change: changed })
  const name = h('b')
  const about = h('div', { class: 'about' })
  const status = h('div', { class: 'status' })
  const element = h('label', { class: 'card' }, radio, h('div', { class: 'choice' }, name, about, status))
  function update(to: Group): void {
    const shown = view.named(to)
    say(name, shown.name)
    say(about, shown.about)
    about.hidden = !shown.about
    say(status, availability(to, view))
    status.classList.toggle('off', to.state === 'off')
  }
  update(group)
  return { element, radio, update }
}

/** Whether a group is there, or when it is back, in the visitor's time. */
export function availability(group: Group, { t, formats }: View): string {
  if (group.state === 'on') return t('available')
  const now = Date.now()
  return group.back && group.back > now ? t('back', { when: formats.moment(group.back, now) }) : t('away')
}
