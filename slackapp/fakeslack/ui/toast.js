// What pops up when the person is notified of something that is not in sight.

import { el } from './dom.js'
import { icon } from './icons.js'
import { excerpt } from './mrkdwn.js'
import { avatar } from './people.js'
import { channelName, channelOf, go, personOf, state, unreadCalls } from './state.js'

const shownFor = 8000 // milliseconds
const told = new Set()

/** Pops up for what is new to the person; called with every screen. */
export function toastNews() {
  const fresh = unreadCalls(state.as).filter((p) => !told.has(keyOf(p)))
  for (const post of fresh) told.add(keyOf(post))
  if (first()) return // what was there before the page was opened, or as somebody else
  for (const post of fresh.slice(0, 3).reverse()) pop(post)
}

const keyOf = (post) => `${state.as} ${post.channel} ${post.ts}`

let known = ''

function first() {
  const who = `${state.screen.team} ${state.as}`
  const yes = known !== who
  known = who
  return yes
}

function pop(post) {
  const name = post.name || personOf(post.by)?.real || 'Somebody'
  const room = channelOf(post.channel)
  if (!room) return
  const toast = el('button', {
    type: 'button', class: 'toast',
    onclick: () => {
      toast.remove()
      go({ channel: post.channel, thread: post.thread_ts || '' })
    },
  },
    avatar(post.by, name),
    el('span', {}, el('strong', {}, `${name} in ${room.direct ? channelName(room) : `#${room.name}`}`), el('span', { class: 'excerpt' }, excerpt(post.text))))
  show(toast)
}

/** Pops up a sentence that is about nothing on the page. */
export function popText(text) {
  const toast = el('div', { class: 'toast' }, icon('warn'), el('span', {}, text))
  toast.addEventListener('click', () => toast.remove())
  show(toast)
}

function show(toast) {
  document.getElementById('toasts').append(toast)
  setTimeout(() => toast.remove(), shownFor)
}
