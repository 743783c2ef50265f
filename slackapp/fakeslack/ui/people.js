// The people one can be, in a row: whoever was notified and has not looked yet
// has a number, so that one sees at a glance whom a message called.

import { el, fill, sigOf } from './dom.js'
import { emoji } from './emoji.js'
import { go, personOf, state, unreadCalls } from './state.js'

/** A picture of somebody: the first letter of a name, in a colour of its own. */
export function avatar(id, name, emojiName = '') {
  if (emojiName) return el('span', { class: 'avatar sign', 'aria-hidden': 'true' }, emoji(emojiName))
  return el('span', { class: `avatar tint${!personOf(id) || personOf(id).bot ? 'bot' : tintOf(id)}`, 'aria-hidden': 'true' }, ([...name.trim()][0] || '?').toUpperCase())
}

// People get the colours in turn, so that few of them share one.
function tintOf(id) {
  const at = state.screen.people.filter((p) => !p.bot).findIndex((p) => p.id === id)
  return at % 8
}

/** How many, as a badge, or nothing for none. */
export const badge = (n, what) => n > 0 && el('span', { class: 'badge', title: `${n} ${what}` }, n > 99 ? '99+' : String(n))

export function drawPeople(root) {
  const people = state.screen.people.filter((p) => !p.bot && !p.deleted)
  const counted = people.map((p) => ({ ...p, unread: unreadCalls(p.id).length }))
  fill(root, sigOf(counted, state.as), () => [el('legend', {}, 'You are'), counted.map(choice)])
}

function choice(p) {
  const chosen = p.id === state.as
  const input = el('input', {
    type: 'radio', name: 'as', value: p.id, 'data-focus': p.id,
    'aria-label': `${p.real}, ${p.role}${p.unread ? `, ${p.unread} unread notifications` : ''}`,
    onchange: () => go({ as: p.id }),
  })
  input.checked = chosen
  return el('label', { class: chosen ? 'person chosen' : 'person', title: `${p.real} (${p.title || p.role})` },
    input, el('span', { class: 'face' }, avatar(p.id, p.real), badge(p.unread, 'notifications')),
    el('span', { class: 'who' }, el('strong', {}, p.real), el('small', {}, p.role)))
}
