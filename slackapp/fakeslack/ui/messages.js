// The messages of the open channel, and those of the open thread, in order.

import { el, fill, sigOf, sync } from './dom.js'
import { icon } from './icons.js'
import { messageRow } from './message.js'
import { channelName, channelOf, go, isAfter, personOf, showEarlier, state } from './state.js'
import { dayName, sameDay } from './time.js'

// The channel ------------------------------------------------------------------

export function drawChannelBar(root) {
  const room = channelOf(state.channel)
  fill(root, sigOf(room, state.as, state.screen.people.length), () => room && [
    el('h1', {}, icon(room.private ? 'lock' : 'hash'), el('span', {}, channelName(room))),
    el('span', { class: 'topic' }, room.topic),
    el('span', { class: 'members', title: room.members.map((m) => personOf(m)?.real).join(', ') }, membersOf(room)),
  ])
}

const membersOf = (room) => (room.members.length === 1 ? '1 member' : `${room.members.length} members`)

export function drawMessages(root) {
  const { screen } = state
  const ready = screen.channel === state.channel && screen.me === state.as
  const rows = ready ? rowsOf(merged(screen.messages, ''), { newFrom: state.newFrom }) : []
  if (ready && screen.earlier) rows.unshift({ key: 'earlier', sig: '', build: earlierButton })
  if (ready && !rows.length) rows.push({ key: 'empty', sig: '', build: emptyChannel })
  keepScroll(root, `${state.as} ${state.channel}`, ready, () => sync(root, rows))
}

const earlierButton = () => el('button', { type: 'button', class: 'press earlier', onclick: showEarlier }, 'Show earlier messages')

const emptyChannel = () => el('p', { class: 'nothing' }, el('strong', {}, `This is the very beginning of ${nameOf(channelOf(state.channel))}.`), 'What is written here appears at once.')

const nameOf = (room) => (room.direct ? channelName(room) : `#${room.name}`)

// The thread ---------------------------------------------------------------------

export function drawThreadBar(root) {
  const room = channelOf(state.channel)
  fill(root, sigOf(room, state.as), () => [
    el('button', { type: 'button', class: 'icon-button back', 'aria-label': 'Back to the channel', onclick: closeThread }, icon('back')),
    el('h2', {}, 'Thread'),
    el('span', { class: 'topic' }, nameOf(room)),
    el('button', { type: 'button', class: 'icon-button close', 'aria-label': 'Close the thread', onclick: closeThread }, icon('close')),
  ])
}

const closeThread = () => go({ thread: '' })

export function drawThread(root) {
  const { screen } = state
  const ready = screen.thread[0]?.ts === state.thread && screen.me === state.as
  const rows = ready ? rowsOf(merged(screen.thread, state.thread), { replies: screen.thread.length - 1 }) : []
  keepScroll(root, `${state.as} ${state.thread}`, ready, () => sync(root, rows))
}

// Rows ---------------------------------------------------------------------------

/** What the person sees in one place, in order: messages, and what only they see. */
function merged(messages, thread) {
  const alone = state.screen.ephemerals
    .filter((e) => (e.thread_ts || '') === thread && !state.dismissed.has(e.ts))
    .map((e) => ({ ...e, alone: true, user: e.app }))
  const notices = state.notices
    .filter((n) => n.as === state.as && n.channel === state.channel && n.thread === thread)
    .map((n) => ({ alone: true, notice: n.id, ts: n.after, text: n.text }))
  return [...messages, ...alone, ...notices].sort(byTime)
}

function byTime(a, b) {
  if (isAfter(a.ts, b.ts)) return 1
  if (isAfter(b.ts, a.ts)) return -1
  return (a.notice || 0) - (b.notice || 0)
}

const compactWithin = 5 * 60 // seconds between messages that share a head

/**
 * Rows for messages. A divider with the day stands before each first of one;
 * "New" before what came after newFrom; the number of replies after a root.
 */
function rowsOf(messages, { newFrom = '', replies }) {
  const inThread = replies !== undefined
  const rows = []
  let previous = null
  let unseen = newFrom !== ''
  for (const m of messages) {
    if (!previous || !sameDay(previous.ts, m.ts)) {
      rows.push(divider(dayName(m.ts)))
      previous = null
    }
    if (unseen && !m.alone && isAfter(m.ts, newFrom)) {
      unseen = false
      if (m.user !== state.as) {
        rows.push(divider('New', 'new'))
        previous = null
      }
    }
    rows.push(messageRow(m, { compact: goesOn(previous, m), inThread }))
    previous = m
    if (inThread && m === messages[0] && replies > 0) rows.push(divider(replies === 1 ? '1 reply' : `${replies} replies`, 'replies'))
    if (inThread && m === messages[0]) previous = { ...m, user: '' } // the next one has a head again
  }
  return rows
}

const divider = (label, sort = '') => ({
  key: `divider ${sort || label}`,
  sig: label,
  build: () => el('div', { class: `divider ${sort}` }, el('span', {}, label)),
})

/** Whether m goes on where the same speaker left off, and needs no head. */
function goesOn(previous, m) {
  return previous !== null && !previous.reply_count && !m.alone && speaker(previous) === speaker(m) && Number(m.ts) - Number(previous.ts) < compactWithin
}

const speaker = (m) => sigOf(m.user, m.username, m.icons, m.alone, m.subtype)

/** Lets the arrow keys go from message to message in a list. */
export function walkable(list) {
  list.addEventListener('keydown', (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    const { target } = event
    if (!step || (target !== list && !target.matches('.message'))) return
    const all = [...list.querySelectorAll('.message')]
    const next = target === list ? all.at(-1) : all[all.indexOf(target) + step]
    if (!next) return
    event.preventDefault()
    next.focus()
  })
}

// Lists stay at their end while one is there; where one is elsewhere, what one
// reads stays where it is, also when earlier messages come in above it.
function keepScroll(root, place, ready, draw) {
  const same = root.dataset.place === place
  const atEnd = !same || root.scrollHeight - root.scrollTop - root.clientHeight < 60
  const fromEnd = root.scrollHeight - root.scrollTop
  const first = root.querySelector('[data-ts]')?.dataset.ts
  draw()
  if (!ready) return
  root.dataset.place = place
  if (atEnd) root.scrollTop = root.scrollHeight
  else if (first !== root.querySelector('[data-ts]')?.dataset.ts) root.scrollTop = root.scrollHeight - fromEnd
}
