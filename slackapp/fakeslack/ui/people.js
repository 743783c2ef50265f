// The people one can be, in a row: whoever was notified and has not looked yet
// has a number, so that one sees at a glance whom a message called.

import { attemptAside } from './deeds.js'
import { el, fill, sigOf } from './dom.js'
import { emoji } from './emoji.js'
import { icon } from './icons.js'
import { popUp, walk } from './menu.js'
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
  const people = state.screen.people.filter((p) => !p.bot)
  const counted = people.map((p) => ({ ...p, unread: unreadCalls(p.id).length }))
  const active = counted.filter((p) => !p.deleted)
  fill(root, sigOf(counted, state.as, state.screen.groups), () => [el('legend', {}, 'You are'), active.map(choice), everybody(counted)])
}

function choice(p) {
  const chosen = p.id === state.as
  const input = el('input', {
    type: 'radio', name: 'as', value: p.id, 'data-focus': p.id,
    'aria-label': `${p.real}, ${p.role}${p.away ? ', away' : ''}${p.paused ? ', notifications paused' : ''}${p.unread ? `, ${p.unread} unread notifications` : ''}`,
    onchange: () => go({ as: p.id }),
  })
  input.checked = chosen
  return el('label', { class: `person ${p.role}${chosen ? ' chosen' : ''}`, title: `${p.real} (${[p.title, p.role].filter(Boolean).join(', ')})`, 'data-person': p.name },
    input, face(p),
    el('span', { class: 'who' }, el('strong', {}, p.real), el('small', {}, p.role)))
}

const face = (p) => el('span', { class: 'face' }, avatar(p.id, p.real), presence(p), badge(p.unread, 'notifications'))

const presence = (p) => !p.deleted && el('span', {
  class: `presence${p.away ? ' away' : ''}${p.paused ? ' paused' : ''}`, title: [p.away ? 'away' : 'active', p.paused && 'notifications paused'].filter(Boolean).join(', '),
})

/** A button that opens the list of all people, with what each of them is. */
function everybody(people) {
  const node = el('button', {
    type: 'button', class: 'everybody', 'data-focus': 'everybody', 'aria-haspopup': 'menu', 'aria-label': 'All people', title: 'All people and what they are',
    onclick: () => {
      const list = el('div', { role: 'menu' }, people.map((p) => line(p, () => close())), ownState(people.find((p) => p.id === state.as), () => close()))
      const close = popUp(node, 'who-list', list)
      walk(list, close, { ArrowDown: 1, ArrowUp: -1 })
    },
  }, icon('people'))
  return node
}

/** What one can do about one's own presence. */
function ownState(p, close) {
  if (!p) return null
  const entry = (name, label, body) => el('button', {
    type: 'button', role: 'menuitem', class: 'own', 'data-entry': name,
    onclick: () => {
      close()
      attemptAside('presence', body)
    },
  }, label)
  return [
    el('div', { class: 'heading', role: 'presentation' }, p.real),
    entry('away', p.away ? 'Set yourself as active' : 'Set yourself as away', { away: !p.away }),
    entry('pause', p.paused ? 'Resume notifications' : 'Pause notifications for an hour', { paused: p.paused ? 0 : 60 }),
  ]
}

function line(p, close) {
  const groups = state.screen.groups.filter((g) => !g.disabled && g.members.includes(p.id)).map((g) => `@${g.handle}`)
  return el('button', {
    type: 'button', role: 'menuitemradio', 'aria-checked': String(p.id === state.as), disabled: p.deleted, class: p.deleted ? 'gone' : null,
    title: p.deleted ? `${p.real} is deactivated: nobody can be them any more` : null,
    onclick: () => {
      close()
      go({ as: p.id })
    },
  }, face(p),
    el('span', { class: 'line' }, el('strong', {}, p.real), el('small', {}, [p.title, ...groups].filter(Boolean).join(' · '))),
    el('span', { class: `tag ${p.role}` }, p.role))
}
