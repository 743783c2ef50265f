import { answerDue, patience } from './patience'
import type { Part, View } from '../panel/view'
import { createEmailField } from './email'
import { h, say } from './lent'

/** After a while without an answer: the choice to wait on, or to leave an address. Never a silent end. */
export function createWaiting({ chat, t }: View): Part {
  let waitsOnFrom = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const email = createEmailField(t('email'), t('emailWrong'))
  const text = h('p')
  const leave = h('button', { class: 'link', type: 'button', 'aria-expanded': 'false', click: ask }, t('leaveEmail'))
  const wait = h('button', {
    class: 'link', type: 'button',
    click() {
      waitsOnFrom = Date.now()
      draw()
    },
  }, t('keepWaiting'))
  const form = h('form', {
    novalidate: true, hidden: true,
    submit(event: Event) {
      event.preventDefault()
      if (!email.valid()) return
      // A message like any other, so that it certainly reaches whoever reads the thread.
      chat.send(`${t('email')}: ${email.value()}`)
      waitsOnFrom = Infinity
      draw()
    },
  }, email.element, h('button', { class: 'primary', type: 'submit' }, t('save')))
  // The live region is there before its text is, or it would not be read.
  const element = h('div', { role: 'status' }, h('div', { class: 'waiting', hidden: true }, text, h('div', { class: 'row' }, wait, leave), form))
  const card = element.firstElementChild as HTMLElement

  function ask(): void {
    form.hidden = false
    leave.setAttribute('aria-expanded', 'true')
    email.focus()
  }

  function draw(): void {
    const due = Math.max(answerDue(chat), waitsOnFrom + patience)
    const wait = due - Date.now()
    card.hidden = wait > 0
    clearTimeout(timer)
    if (card.hidden && wait < Infinity) timer = setTimeout(draw, wait)
    say(text, card.hidden ? '' : t('waiting'))
  }

  return { element, draw }
}
