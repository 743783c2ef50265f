// Trouble that a developer switches on by hand, to see what the app makes of it.

import { attemptAside } from './deeds.js'
import { el, fill, sigOf } from './dom.js'
import { icon } from './icons.js'
import { go, state } from './state.js'

// Their names are those of uifaults.go.
const sorts = [
  ['When the app calls Slack', [
    { name: 'down', title: 'Slack is down', about: 'Every call is answered with 503 and a page of HTML; the sockets break and cannot come back. People here can still write.' },
    { name: 'limited', title: 'Rate limited', about: 'Every call is answered with 429 and Retry-After: 10.' },
    { name: 'slow', title: 'Slow answers', about: 'Every call does what it should, and is answered two seconds later.' },
    { name: 'lost', title: 'Lose the next answer', about: 'The next message is posted, and the connection breaks before the app hears of it.', once: true },
  ]],
  ['When Slack calls the app', [
    { name: 'dropped', title: 'Drop the next event', about: 'The app never hears of it, by no retry either.', once: true },
    { name: 'twice', title: 'Every event twice', about: 'With the same event_id, and neither marked as a retry.' },
    { name: 'silent', title: 'Silent socket', about: 'The connections stay open, and nothing comes or goes, not even a pong. Ends when the app connects anew.' },
  ]],
]
const faults = sorts.flatMap(([, list]) => list)

const isOn = (name) => state.screen.faults.includes(name)

const turn = (name, on) => attemptAside('fault', { name, on })

/** The button above that opens the pane. */
export function drawFaultButton(button) {
  const on = faults.filter((f) => isOn(f.name)).length
  fill(button, sigOf(on), () => [icon('bolt'), el('span', { class: 'long' }, 'Trouble'), on > 0 && el('span', { class: 'count' }, String(on))])
  button.setAttribute('aria-label', on > 0 ? `Trouble, ${on} on` : 'Trouble')
  button.classList.toggle('on', on > 0)
  button.setAttribute('aria-expanded', state.pane === 'faults')
}

/** The strip that says what is wrong, for as long as something is. */
export function drawFaultStrip(strip) {
  const on = faults.filter((f) => isOn(f.name))
  strip.hidden = on.length === 0
  fill(strip, sigOf(on), () => on.map((f) => el('span', { class: 'fault' },
    icon('warn'), el('strong', {}, f.once ? `Armed: ${lower(f.title)}` : f.title),
    el('button', { type: 'button', 'data-focus': `end ${f.name}`, 'data-end': f.name, 'aria-label': `End: ${f.title}`, onclick: () => turn(f.name, false) }, 'End'))))
}

const lower = (s) => s[0].toLowerCase() + s.slice(1)

export function drawFaults(root) {
  fill(root, sigOf('faults', state.screen.faults), () => [
    el('header', { class: 'bar' },
      el('button', { type: 'button', class: 'icon-button back', 'aria-label': 'Back to the channel', onclick: close }, icon('back')),
      el('h2', {}, 'Trouble'),
      el('button', { type: 'button', class: 'icon-button close', 'aria-label': 'Close', 'data-focus': 'close', onclick: close }, icon('close'))),
    el('div', { class: 'list trouble-list' },
      el('p', { class: 'hint' }, 'What the real Slack does on a bad day. Switch something on, go on chatting, and see that no message is lost and none comes twice.'),
      sorts.map(([title, list]) => el('section', {}, el('h3', {}, title), list.map(row)))),
  ])
}

const close = () => go({ pane: '' })

function row(f) {
  const id = `fault-${f.name}`
  return el('div', { class: isOn(f.name) ? 'switch-row on' : 'switch-row' },
    el('button', {
      type: 'button', class: 'switch', role: 'switch', 'aria-checked': String(isOn(f.name)), 'aria-labelledby': id, 'aria-describedby': `${id}-about`,
      'data-focus': f.name, 'data-fault': f.name, onclick: () => turn(f.name, !isOn(f.name)),
    }),
    el('div', {}, el('strong', { id }, f.title, f.once && el('span', { class: 'tag' }, 'once')), el('p', { id: `${id}-about` }, f.about)))
}
