import { bodyLength, maxBody, type Group } from '../core/frames'
import { h, mark, say } from '../dom/h'
import type { Start } from '../loader/shell'
import { createCard, type Card } from './card'
import { isSendKey } from './keys'
import type { Part, View } from './view'

/** The question before a conversation: which group, and what about. Choosing connects to nobody yet. */
export interface Chooser extends Part {
  focus(): void
  prefill(start: Start): void
  clear(): void
}

// With more groups than this, the cards are lower.
const roomy = 5

export function createChooser(view: View, begun: () => void): Chooser {
  const { shell, chat, t, announce } = view
  const legend = h('legend', {}, shell.config.question)
  const hint = h('p', { class: 'hint' })
  const list = h('div')
  const choice = h('fieldset', { 'aria-describedby': 'group-error' }, legend, hint, list)
  const groupError = h('p', { class: 'error', id: 'group-error', role: 'alert' })
  const field = h('textarea', {
    id: 'first-message', rows: 3, 'aria-describedby': 'message-error', input: check,
    keydown(event: KeyboardEvent) {
      if (!isSendKey(event)) return
      event.preventDefault()
      submit()
    },
  })
  const messageError = h('p', { class: 'error', id: 'message-error', role: 'alert' })
  const button = h('button', { class: 'primary', type: 'submit' })
  const element = h('form', {
    class: 'chooser', novalidate: true,
    submit(event: Event) {
      event.preventDefault()
      submit()
    },
  },
    h('div', {}, choice, groupError),
    h('div', { class: 'field' }, h('label', { for: 'first-message' }, t('yourMessage')), field, messageError),
    button)

  let cards = new Map<string, Card>()
  let wanted: string | undefined
  let was: Group | undefined

  function chosen(): Group | undefined {
    const { groups } = chat.store
    if (groups.length === 1) return groups[0]
    return groups.find(({ id }) => cards.get(id)?.radio.checked)
  }

  function draw(): void {
    const { groups } = chat.store
    // Sorting anew under the visitor's hand would be worse than a stale order.
    if (groups.length !== cards.size || !groups.every(({ id }) => cards.has(id))) fill(groups)
    for (const group of groups) cards.get(group.id)?.update(group)
    const away = groups.every(({ state }) => state === 'off')
    choice.hidden = groups.length < 2 && !away
    list.hidden = groups.length < 2
    say(hint, t(!groups.length ? 'nobody' : away ? 'chooseAway' : 'choose'))
    drawChoice()
  }

  function fill(groups: Group[]): void {
    const before = chosen()?.id ?? wanted
    const present = [...groups].sort((a, b) => Number(a.state === 'off') - Number(b.state === 'off'))
    cards = new Map(present.map((group) => [group.id, createCard(group, view, drawChoice)]))
    list.replaceChildren(...[...cards.values()].map((card) => card.element))
    list.classList.toggle('compact', groups.length > roomy)
    choose(before)
  }

  function choose(id: string | undefined): void {
    const card = cards.get(id ?? '')
    if (card) card.radio.checked = true
  }

  /** What follows from the choice, or from what became of the chosen group. */
  function drawChoice(): void {
    const group = chosen()
    const off = group ? group.state === 'off' : chat.store.groups.every(({ state }) => state === 'off')
    if (group && was?.id === group.id && was.state !== group.state) {
      announce(t(off ? 'wentAway' : 'cameBack', { name: group.name }))
    }
    was = group && { ...group }
    if (group) say(groupError, '')
    say(button, t(off ? 'leave' : 'start'))
    mark(button, 'aria-disabled', chat.store.groups.length ? undefined : 'true')
  }

  /** Says what is wrong with the message while it is too long; that it is missing is said on submitting. */
  function check(): boolean {
    const over = bodyLength(field.value.trim()) - maxBody
    complain(over > 0 ? t('tooLong', { n: over }) : '')
    return over <= 0
  }

  function complain(text: string): void {
    say(messageError, text)
    mark(field, 'aria-invalid', text ? 'true' : undefined)
  }

  function submit(): void {
    const group = chosen()
    const body = field.value.trim()
    if (!chat.store.groups.length) return
    if (!group) {
      say(groupError, t('chooseMissing'))
      return focusChoice()
    }
    if (!check()) return field.focus()
    if (!body) {
      complain(t('messageMissing'))
      return field.focus()
    }
    clear()
    chat.send(body, group.id)
    begun()
  }

  function focusChoice(): void {
    const radios = [...cards.values()].map((card) => card.radio)
    ;(radios.find((radio) => radio.checked) ?? radios[0])?.focus()
  }

  function clear(): void {
    field.value = ''
    wanted = undefined
    complain('')
    say(groupError, '')
  }

  return {
    element, draw, clear,
    focus() {
      if (cards.size > 1 && !(wanted && chosen())) focusChoice()
      else field.focus()
    },
    prefill({ group, text, send }) {
      if (group) {
        wanted = group
        choose(group)
        drawChoice()
      }
      if (text !== undefined) field.value = text
      check()
      if (send && text) submit()
    },
  }
}
