import { bodyLength, maxBody, type Group } from '../core/frames'
import { h, mark, say } from '../dom/h'
import type { Start } from '../loader/shell'
import type { Attach } from './attach'
import { createChoice } from './choice'
import { isSendKey } from './keys'
import type { Part, View } from './view'

/** What comes before a conversation: which group, and what about. */
export interface Chooser extends Part {
  focus(): void
  prefill(start: Start): void
  clear(): void
  /** Nothing is written, so another form may take its place. */
  untouched(): boolean
  /** The id of the group that is chosen. */
  group(): string | undefined
}

/** begun is called once the first message is on its way. */
export function createChooser(view: View, files: Attach, begun: () => void): Chooser {
  const { chat, t, named } = view
  const choice = createChoice(view, draw)
  const error = h('p', { class: 'error', id: 'message-error', role: 'alert' })
  const field = h('textarea', {
    id: 'first-message', rows: 3, 'aria-describedby': error.id, input: check,
    keydown(event: KeyboardEvent) {
      if (!isSendKey(event)) return
      event.preventDefault()
      submit()
    },
  })
  const message = h('div', { class: 'field' }, h('label', { for: field.id }, t('yourMessage')), field, error)
  const news = h('p', { class: 'hint', role: 'status' })
  const button = h('button', { class: 'primary', type: 'submit' })
  const line = h('div', { class: 'go' }, button)
  const element = h('form', {
    class: 'chooser', novalidate: true,
    submit(event: Event) {
      event.preventDefault()
      submit()
    },
  }, choice.element, message, news, line)
  let was: Group | undefined

  function draw(): void {
    choice.draw()
    files.place(line, message)
    const { groups } = chat.store
    const group = choice.chosen()
    const off = group ? group.state === 'off' : groups.every(({ state }) => state === 'off')
    // The chosen group came or went while the visitor was writing: the text stays, the way changes.
    if (group && was?.id === group.id && was.state !== group.state) {
      say(news, t(off ? 'wentAway' : 'cameBack', { name: named(group).name }))
    }
    was = group && { ...group }
    say(button, t(off ? 'leave' : 'start'))
    message.hidden = line.hidden = !groups.length
  }

  /** Says what is wrong with the message while it is too long; that it is missing is said on submitting. */
  function check(): boolean {
    const over = bodyLength(field.value.trim()) - maxBody
    complain(over > 0 ? t('tooLong', { n: over }) : '')
    return over <= 0
  }

  function complain(text: string): void {
    say(error, text)
    mark(field, 'aria-invalid', text ? 'true' : undefined)
  }

  function submit(): void {
    const group = choice.chosen()
    const body = field.value.trim()
    if (!group) return choice.demand()
    if (!check()) return field.focus()
    // Files alone would go to the conversation that there is.
    if (!body && (chat.exists || !files.full())) {
      complain(t('messageMissing'))
      return field.focus()
    }
    clear()
    if (body) chat.send(body, group.id)
    files.send(group)
    begun()
  }

  function clear(): void {
    field.value = ''
    complain('')
  }

  return {
    element, draw, clear,
    untouched: () => !field.value,
    group: () => choice.chosen()?.id,
    focus() {
      // Who comes by a link that names the group has only the message to write.
      if (choice.chosen()) field.focus()
      else choice.focus()
    },
    prefill({ group, text, send }) {
      if (group) choice.choose(group)
      draw()
      if (text !== undefined) field.value = text
      check()
      if (send && text) submit()
    },
  }
}
