import { maxBody } from '../core/frames'
import type { TextKey } from '../i18n/en'
import type { Part, View } from '../panel/view'
import type { Places } from './extras'
import { bodyLength, h, say } from './lent'
import { toRate } from './rating'

const words: TextKey[] = ['rate1', 'rate2', 'rate3', 'rate4', 'rate5']

/** What stands at the end of a conversation: how it was, if the visitor wishes to say, and the way to another. */
export function createEnding({ chat, t, announce }: View, { turned }: Places): Part {
  const word = h('p', { class: 'word', 'aria-hidden': 'true' })
  const radios = words.map((key, i) => h('input', { type: 'radio', name: 'stars', value: i + 1, 'aria-label': t(key), change: choose }))
  const comment = h('textarea', { id: 'rating-comment', rows: 2 })
  const more = h('div', { class: 'field', hidden: true }, h('label', { for: comment.id }, t('comment')), comment)
  const error = h('p', { class: 'error', role: 'alert' })
  const skip = h('button', { class: 'link', type: 'button', click: () => chat.set({ skipped: toRate(chat.store)?.seq }) }, t('skip'))
  const send = h('button', { class: 'primary', type: 'submit', hidden: true }, t('send'))
  const form = h('form', {
    class: 'rating', novalidate: true,
    submit(event: Event) {
      event.preventDefault()
      submit()
    },
  }, h('fieldset', {}, h('legend', {}, t('rate')), h('div', { class: 'stars' }, ...radios), word), more, error, h('div', { class: 'row' }, send, skip))
  const anew = h('button', {
    class: 'link', type: 'button',
    click() {
      chat.startAnew(true)
      turned()
    },
  }, t('newChat'))
  const element = h('div', { class: 'ending' }, form, anew)
  // Which close the form was last shown for.
  let of: string | undefined

  const chosen = () => radios.findIndex(({ checked }) => checked) + 1

  function choose(): void {
    const stars = chosen()
    radios.forEach((radio, i) => radio.classList.toggle('lit', i < stars))
    say(word, stars ? t(words[stars - 1]!) : '')
    more.hidden = send.hidden = !stars
  }

  function submit(): void {
    const stars = chosen()
    const over = bodyLength(comment.value.trim()) - maxBody
    if (over > 0) return say(error, t('tooLong', { n: over }))
    if (stars) chat.enqueue({ body: comment.value.trim(), stars })
  }

  function draw(): void {
    const { closed } = chat.store
    const close = toRate(chat.store)
    const given = chat.outbox.all().find(({ stars }) => stars)
    element.hidden = !closed || chat.leaving
    if (close && close.id !== of) {
      of = close.id
      for (const radio of radios) radio.checked = false
      comment.value = ''
      choose()
    }
    say(error, given?.state === 'fail' ? t('failed') : '')
    // What was refused is taken back, so that the visitor may try again; the words are still there.
    if (given?.state === 'fail') chat.outbox.settle(given.id)
    const shown = !!close && given?.state !== 'wait' && given?.state !== 'sent'
    if (!shown && !form.hidden && form.contains((form.getRootNode() as ShadowRoot).activeElement)) {
      // The focus must not fall out of the panel with the form.
      anew.focus()
      if (given) announce(t('rated'))
    }
    form.hidden = !shown
  }

  return { element, draw }
}
