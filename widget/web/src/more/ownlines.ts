import { maxBody } from '../core/frames'
import type { MessageLine } from '../core/transcript'
import type { View } from '../panel/view'
import { edit, takeBack } from './amend'
import { dress } from './dress'
import type { Places } from './extras'
import { bodyLength, h, say, isSendKey } from './lent'
import style from './ownlines.css'

// So much of a message tells which one a button is about.
const excerpt = 40

/**
 * Lets the visitor change what they wrote: a button beside each of their messages
 * shows what can be done with it, and the message is edited where it stands, so that
 * the composer keeps what is written there. Only the newest message's button is a stop for
 * Tab; arrow keys lead to those above it.
 */
export function createOwnLines({ shell, chat, t, announce }: View, { menu, turned }: Places): { draw(): void } {
  const { root } = shell
  dress(root, style)
  const buttons = new Map<string, HTMLButtonElement>()
  let open: HTMLElement | undefined

  function draw(): void {
    const lines = chat.lines().filter((line): line is MessageLine => line.kind === 'message' && line.own && changeable(line))
    for (const [key, button] of buttons) {
      if (lines.some((line) => line.key === key)) continue
      if (open?.parentElement === button.parentElement) close()
      button.remove()
      buttons.delete(key)
    }
    for (const line of lines) {
      const button = buttons.get(line.key) ?? create(line.key)
      const place = root.querySelector(`[data-key="${CSS.escape(line.key)}"]`)
      if (button.parentElement !== place) place?.append(button)
      const what = line.body || line.files?.[0]?.name || ''
      button.setAttribute('aria-label', `${t('menu')}: ${Array.from(what).slice(0, excerpt).join('')}`)
      button.tabIndex = line === lines.at(-1) ? 0 : -1
    }
  }

  /** What another tab has on its way is left to that tab. */
  function changeable({ removed, via, state }: MessageLine): boolean {
    return !removed && (state !== 'wait' || chat.outbox.waiting().some(({ id }) => id === via))
  }

  function create(key: string): HTMLButtonElement {
    const button: HTMLButtonElement = h('button', {
      // The conversation is read out as it grows; this is no part of what was said.
      class: 'square dots', type: 'button', 'aria-expanded': 'false', 'aria-live': 'off',
      click: () => (button.ariaExpanded === 'true' ? close() : show(key, button)),
      keydown(event: KeyboardEvent) {
        const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
        const all = [...root.querySelectorAll<HTMLElement>('.dots')]
        const next = step && all[all.indexOf(button) + step]
        if (!next) return
        event.preventDefault()
        next.focus()
      },
    }, menu.firstElementChild!.cloneNode(true)) // the same sign as the header's
    buttons.set(key, button)
    return button
  }

  function show(key: string, button: HTMLElement): void {
    close()
    const choices = [choice(t('delete'), ask)]
    if (!chat.store.closed && body()) choices.unshift(choice(t('edit'), write))
    const box = (open = h('div', {
      class: 'amend row', role: 'group', 'aria-label': button.getAttribute('aria-label')!, 'aria-live': 'off',
      keydown(event: KeyboardEvent) {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        back()
      },
    }, ...choices))
    button.after(box)
    button.setAttribute('aria-expanded', 'true')
    choices[0]!.focus()

    function body(): string {
      const line = chat.lines().find((one) => one.key === key)
      return line?.kind === 'message' ? line.body : ''
    }

    function back(): void {
      close()
      button.focus()
    }

    function ask(): void {
      const sure = choice(t('delete'), () => {
        takeBack(chat, key)
        close()
        // The button goes with the message, and with the only one the conversation.
        turned()
        announce(t('removed'))
      })
      box.replaceChildren(h('span', {}, t('deleteSure')), sure, choice(t('cancel'), back))
      sure.focus()
    }

    function write(): void {
      const error = h('p', { class: 'error', id: 'edit-error', role: 'alert' })
      const field = h('textarea', {
        rows: 2, 'aria-label': t('editing'), 'aria-describedby': error.id,
        keydown(event: KeyboardEvent) {
          if (!isSendKey(event)) return
          event.preventDefault()
          save()
        },
      })
      field.value = body()
      box.replaceChildren(h('form', {
        class: 'field', novalidate: true,
        submit(event: Event) {
          event.preventDefault()
          save()
        },
      }, field, error, h('div', { class: 'row' }, h('button', { class: 'link', type: 'submit' }, t('save')), choice(t('cancel'), back))))
      field.focus()

      function save(): void {
        const words = field.value.trim()
        const over = bodyLength(words) - maxBody
        if (over > 0) return say(error, t('tooLong', { n: over }))
        if (!words) return
        if (words !== body()) {
          edit(chat, key, words)
          announce(t('edited'))
        }
        back()
      }
    }
  }

  function choice(label: string, click: () => void): HTMLElement {
    return h('button', { class: 'link', type: 'button', click }, label)
  }

  function close(): void {
    open?.previousElementSibling?.setAttribute('aria-expanded', 'false')
    open?.remove()
    open = undefined
  }

  return { draw }
}
