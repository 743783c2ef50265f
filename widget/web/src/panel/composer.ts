import { bodyLength, maxBody } from '../core/frames'
import { h, mark, say } from '../dom/h'
import { icon, sendIcon } from '../dom/icons'
import type { Start } from '../loader/shell'
import type { Attach } from './attach'
import { isSendKey } from './keys'
import type { Part, View } from './view'

/** Where the visitor writes during a conversation. */
export interface Composer extends Part {
  focus(): void
  prefill(start: Start): void
  clear(): void
}

export function createComposer({ chat, t }: View, files: Attach, written: () => void): Composer {
  const field = h('textarea', {
    rows: 1, 'aria-label': t('message'), 'aria-describedby': 'composer-error', placeholder: t('writeMessage'), input: draw,
    keydown(event: KeyboardEvent) {
      if (!isSendKey(event)) return
      event.preventDefault()
      send()
    },
  })
  const button = h('button', { class: 'square send', type: 'submit', 'aria-label': t('send') }, icon(sendIcon, 20))
  const error = h('p', { class: 'error', id: 'composer-error', role: 'alert' })
  const attached = h('div')
  const line = h('div', { class: 'line' }, field, button)
  const element = h('form', {
    class: 'composer', part: 'composer', novalidate: true,
    submit(event: Event) {
      event.preventDefault()
      send()
      field.focus()
    },
  }, attached, error, line)

  function excess(): number {
    return Math.max(0, bodyLength(field.value.trim()) - maxBody)
  }

  function draw(): void {
    files.place(line, attached)
    const over = excess()
    say(error, over ? t('tooLong', { n: over }) : '')
    mark(field, 'aria-invalid', over ? 'true' : undefined)
    button.setAttribute('aria-disabled', String(!(field.value.trim() || files.full()) || over > 0))
    // The height that the text needs; the style sheet sets the limit.
    field.style.height = 'auto'
    field.style.height = field.scrollHeight + 'px'
  }

  function send(): void {
    const body = field.value.trim()
    if (excess() || !(body || files.full())) return
    field.value = ''
    // The words go first and on their own, so nothing that befalls a file can keep them.
    if (body) chat.send(body)
    files.send()
    draw()
    written()
  }

  return {
    element, draw,
    focus: () => field.focus({ preventScroll: true }),
    prefill({ text, send: now }) {
      if (text !== undefined) field.value = text
      draw()
      if (now) send()
    },
    clear: () => void (field.value = ''),
  }
}
