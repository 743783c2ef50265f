import { maxBody, type Group } from '../core/frames'
import type { View } from '../panel/view'
import { createEmailField } from './email'
import { bodyLength, h, mark, say } from './lent'

/** What a visitor can fill in while nobody is there, so that nobody has to go away unheard. */
export interface OfflineForm {
  element: HTMLElement
  draw(): void
  /** Takes over the group that the visitor has chosen elsewhere. */
  choose(group: string | undefined): void
  /** Something was written in it, so it must not be taken away. */
  used(): boolean
  focus(): void
  clear(): void
}

/** sent is called once the message is on its way, with the address for the answer. */
export function createOfflineForm({ chat, t, named, formats }: View, sent: (email: string) => void): OfflineForm {
  const title = h('h3', { class: 'question' })
  const back = h('p', { class: 'hint' })
  const topic = h('select', { id: 'topic' })
  const topicField = h('div', { class: 'field' }, h('label', { for: topic.id }, t('topic')), topic)
  const name = h('input', { id: 'visitor-name', type: 'text', autocomplete: 'name', maxlength: 80 })
  const nameField = h('div', { class: 'field' }, h('label', { for: name.id }, t('name')), name)
  const email = createEmailField(t('email'), t('emailWrong'))
  const error = h('p', { class: 'error', id: 'offline-error', role: 'alert' })
  const field = h('textarea', { id: 'offline-message', rows: 3, 'aria-describedby': error.id, required: true, input: () => complain('') })
  const element = h('form', {
    class: 'chooser offline', novalidate: true, hidden: true,
    submit(event: Event) {
      event.preventDefault()
      submit()
    },
  }, h('div', {}, title, back), topicField, nameField, email.element,
    h('div', { class: 'field' }, h('label', { for: field.id }, t('message')), field, error),
    h('button', { class: 'primary', type: 'submit' }, t('sendMessage')))
  let offered = ''

  function draw(): void {
    const { groups } = chat.store
    const now = Date.now()
    const times = groups.flatMap(({ back }) => (back && back > now ? [back] : []))
    const there = groups.find(({ state }) => state === 'on')
    say(title, there ? t('cameBack', { name: named(there).name }) : t('formAway'))
    const returns = times.length && !there ? t('formBack', { when: formats.moment(Math.min(...times), now) }) + ' ' : ''
    say(back, returns + t('formHint'))
    offer(groups)
    // What the page has said already is not asked again (WCAG 3.3.7).
    nameField.hidden = !!chat.profile.name
    email.element.hidden = !!chat.profile.email
  }

  function offer(groups: Group[]): void {
    const now = JSON.stringify(groups.map((group) => [group.id, named(group).name]))
    if (now === offered) return
    offered = now
    const chosen = topic.value
    topic.replaceChildren(...groups.map((group) => h('option', { value: group.id }, named(group).name)))
    if (groups.some(({ id }) => id === chosen)) topic.value = chosen
    topicField.hidden = groups.length < 2
  }

  function complain(text: string): void {
    say(error, text)
    mark(field, 'aria-invalid', text ? 'true' : undefined)
  }

  function submit(): void {
    const body = field.value.trim()
    const over = bodyLength(body) - maxBody
    const address = chat.profile.email ?? email.value()
    if (!chat.profile.email && !email.valid()) return
    if (!body || over > 0) {
      complain(body ? t('tooLong', { n: over }) : t('messageMissing'))
      return field.focus()
    }
    // Before the message, so that the first that agents see says whom to answer.
    chat.introduce({ email: address, ...(name.value.trim() && { name: name.value.trim() }) })
    chat.send(body, topic.value)
    field.value = ''
    sent(address)
  }

  return {
    element, draw,
    choose(group) {
      draw()
      if (group) topic.value = group
    },
    used: () => !!(field.value || name.value || email.value()),
    focus() {
      const first = [topicField, nameField, email.element].find(({ hidden }) => !hidden)
      ;(first?.querySelector<HTMLElement>('select, input') ?? field).focus()
    },
    clear() {
      field.value = name.value = ''
      email.set('')
    },
  }
}
