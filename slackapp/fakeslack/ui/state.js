// What the page knows: the screen that the workspace last drew, where the person
// at the page is, and what only this tab remembers (what was read, what was typed).

import * as api from './api.js'

const pageOfMessages = 100

export const state = {
  screen: null, // as the workspace drew it; see uiscreen.go
  lost: false, // the workspace does not answer

  as: '', // who one is
  channel: '', // what is open
  thread: '', // the ts of the root of the open thread, or ''
  home: '', // the app whose Home tab is open in place of the channel, or ''
  pane: '', // what stands at the side in place of a thread: 'ledger', 'faults' or ''
  about: '', // whom the ledger is about; '' for everybody
  limit: pageOfMessages,

  newFrom: '', // where the line "New" stands: after this ts
  editing: '', // the message being edited, and in which pane
  notices: [], // what Slack itself says: {as, channel, thread, after, text, id}
  dismissed: new Set(), // ts of ephemerals
}

const listeners = new Set()
let due = false

/** Calls draw at once and after every change. */
export function onChange(draw) {
  listeners.add(draw)
}

/** Merges a change in and draws, once for all changes of the same moment. */
export function update(change = {}) {
  Object.assign(state, change)
  if (due) return
  due = true
  queueMicrotask(() => {
    due = false
    for (const draw of listeners) draw()
  })
}

// Who is who -----------------------------------------------------------------

let index = { people: new Map(), groups: new Map(), channels: new Map(), names: '' }

export const personOf = (id) => index.people.get(id)
export const groupOf = (id) => index.groups.get(id)
export const channelOf = (id) => index.channels.get(id)
export const me = () => personOf(state.as)
export const appOf = (id) => state.screen.apps.find((a) => a.id === id)

/** Changes whenever a name does that a message could show. */
export const namesSig = () => index.names

export const firstName = (id) => (personOf(id)?.real || id).split(' ')[0]

/** What a conversation is called by the person who looks at it. */
export function channelName(room) {
  if (!room?.direct) return room?.name || ''
  return room.members.filter((m) => m !== state.as).map((m) => personOf(m)?.real || m).join(', ')
}

// Where one is -----------------------------------------------------------------

const fetched = ['as', 'channel', 'thread', 'home', 'limit'] // what a screen depends on

/** Goes somewhere: {as, channel, thread, home, pane, about}. What is not named stays. */
export function go(where) {
  const before = Object.fromEntries(fetched.map((k) => [k, state[k]]))
  if ('channel' in where && where.channel !== state.channel) {
    Object.assign(state, { thread: '', limit: pageOfMessages })
  }
  if ('channel' in where || where.thread) where = { home: '', ...where }
  if (where.home) where = { thread: '', ...where }
  if (where.thread) where = { pane: '', ...where }
  if (where.pane) where = { thread: '', ...where }
  Object.assign(state, where, { editing: '' })
  if (state.as !== before.as || state.channel !== before.channel) state.newFrom = readUpTo(state.as, state.channel)
  remember()
  update()
  if (fetched.some((k) => state[k] !== before[k])) refetch()
}

export const showEarlier = () => go({ limit: state.limit + pageOfMessages })

/** Where the address leads: #as=ann&channel=chat-tech. Names do as well as ids. */
export function addressed() {
  const hash = new URLSearchParams(location.hash.slice(1))
  const [as, channel, thread, home] = ['as', 'channel', 'thread', 'home'].map((name) => hash.get(name) || '')
  return { as, channel, thread, home, pane: ['ledger', 'faults'].find((name) => hash.has(name)) || '' }
}

// The address follows without filling the history: inside a frame, Back belongs
// to the page around.
function remember() {
  const hash = new URLSearchParams({ as: me()?.name || state.as, channel: channelOf(state.channel)?.name || state.channel })
  if (state.thread) hash.set('thread', state.thread)
  if (state.home) hash.set('home', state.home)
  if (state.pane) hash.set(state.pane, '')
  history.replaceState(null, '', `#${hash}`)
}

// What was read ----------------------------------------------------------------

let read = {} // "person place" -> ts

const tsNumber = (ts) => Number(ts || 0)

/** A place is a channel, or a thread in one: what is read together. */
export const placeOf = (channel, thread) => (thread ? `${channel}/${thread}` : channel)

const readUpTo = (person, place) => read[`${person} ${place}`] || ''

function markRead(place, ts) {
  if (tsNumber(ts) <= tsNumber(readUpTo(state.as, place))) return
  read[`${state.as} ${place}`] = ts
  try {
    sessionStorage.setItem(`fakeslack.read.${state.screen.team}`, JSON.stringify(read))
  } catch {
    // Without storage, everything is unread again after a reload.
  }
}

function recallRead(team) {
  try {
    read = JSON.parse(sessionStorage.getItem(`fakeslack.read.${team}`)) || {}
  } catch {
    read = {}
  }
}

/** Whether somebody could see the page: not in a hidden tab or a frame without room. */
const visible = () => !document.hidden && innerWidth > 0 && innerHeight > 0

function markScreenRead() {
  if (!visible()) return
  const { screen } = state
  const last = screen.messages.at(-1)
  if (last && !state.home) markRead(screen.channel, last.ts)
  if (state.thread && screen.thread.length) markRead(placeOf(screen.channel, state.thread), screen.thread.at(-1).ts)
}

/** The posts that notified a person and that this person has not seen yet. */
export function unreadCalls(person) {
  return (state.screen?.posts || []).filter(
    (p) =>
      p.calls.some((c) => c.user === person) &&
      tsNumber(p.ts) > tsNumber(readUpTo(person, placeOf(p.channel, p.thread_ts))),
  )
}

export const isUnread = (room) =>
  room.member && room.latest_by !== state.as && tsNumber(room.latest) > tsNumber(readUpTo(state.as, room.id))

export const isAfter = (ts, other) => tsNumber(ts) > tsNumber(other)

// What Slack itself says ---------------------------------------------------------

let noticeCount = 0

/** Shows the person a line that only they see, below what is there now. */
export function notice(text, { channel = state.channel, thread = '' } = {}) {
  const list = thread ? state.screen.thread : state.screen.messages
  const alone = state.screen.ephemerals.map((e) => e.ts)
  const after = [...list.map((m) => m.ts), ...alone].reduce((a, b) => (isAfter(b, a) ? b : a), '0')
  update({ notices: [...state.notices, { as: state.as, channel, thread, after, text, id: ++noticeCount }] })
}

export function dismiss(key) {
  state.dismissed.add(key)
  update({ notices: state.notices.filter((n) => n.id !== key) })
}

// The conversation with the workspace -----------------------------------------------

let current = new AbortController()
let seen = ''

function refetch() {
  seen = ''
  current.abort()
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms))

/** Keeps the screen up to date, for as long as the page lives. */
export async function follow(onScreen) {
  for (;;) {
    current = new AbortController()
    const { as, channel, thread, home, limit } = state
    try {
      const screen = await api.screen({ as, channel, thread, home, limit, seen }, current.signal)
      if (current.signal.aborted) continue // meanwhile one has gone elsewhere
      seen = screen.seen
      accept(screen)
      onScreen(screen)
      await pause(40) // a burst of changes becomes one drawing
    } catch (error) {
      if (error.name === 'AbortError') continue
      update({ lost: true })
      await pause(1000)
    }
  }
}

function accept(screen) {
  const first = !state.screen || state.screen.team !== screen.team
  if (first) recallRead(screen.team)
  const names = [screen.people, screen.groups, screen.channels.map((c) => [c.id, c.name])]
  index = {
    people: new Map(screen.people.flatMap((p) => [[p.id, p], [p.bot_id || p.id, p]])), // apps go by either id
    groups: new Map(screen.groups.map((g) => [g.id, g])),
    channels: new Map(screen.channels.map((c) => [c.id, c])),
    names: JSON.stringify(names),
  }
  const moved = state.channel !== screen.channel || state.as !== screen.me
  Object.assign(state, { screen, lost: false, as: screen.me, channel: screen.channel })
  if (moved) state.newFrom = readUpTo(state.as, state.channel)
  if (state.thread) state.thread = screen.thread[0]?.ts || ''
  markScreenRead()
  remember()
  update()
}

document.addEventListener('visibilitychange', seeAgain)
addEventListener('resize', seeAgain)

function seeAgain() {
  if (!state.screen || !visible()) return
  markScreenRead()
  update()
}
