// Questions that hold everything up until they are answered.

import { el } from './dom.js'
import { textObject } from './mrkdwn.js'

/**
 * Asks, in the words of a confirmation dialog (docs.slack.dev, confirmation
 * dialog object), and returns a promise of whether the answer was yes.
 */
export function ask({ title, text, confirm, deny, style }) {
  const dialog = document.getElementById('dialog')
  const no = el('button', { type: 'submit', value: '', class: 'press' }, textObject(deny))
  const yes = el('button', { type: 'submit', value: 'yes', class: `press ${style === 'danger' ? 'danger' : 'primary'}` }, textObject(confirm))
  dialog.replaceChildren(
    el('form', { method: 'dialog' },
      el('h2', {}, textObject(title)),
      el('div', { class: 'text' }, textObject(text)),
      el('div', { class: 'actions' }, no, yes)))
  dialog.returnValue = ''
  dialog.showModal()
  yes.focus()
  return new Promise((answer) => {
    dialog.addEventListener('close', () => answer(dialog.returnValue === 'yes'), { once: true })
  })
}

/** A plain_text object, for questions of the page itself. */
export const plain = (text) => ({ type: 'plain_text', text, emoji: false })
