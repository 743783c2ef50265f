// Who was notified, of what, and why: the one thing here that no Slack shows.

import { el, fill, sigOf } from './dom.js'
import { icon } from './icons.js'
import { excerpt, groupMention } from './mrkdwn.js'
import { avatar, badge } from './people.js'
import { channelName, channelOf, firstName, go, groupOf, namesSig, personOf, state, unreadCalls } from './state.js'
import { dayAndTime, fullTime } from './time.js'

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0)

export function drawBell(button) {
  const total = sum(Object.values(state.screen.called))
  fill(button, sigOf(total), () => [
    icon('bell'), el('span', {}, el('span', { class: 'long' }, 'Who was notified'), el('span', { class: 'short' }, 'Notified')),
    el('span', { class: 'count' }, String(total)),
  ])
  button.setAttribute('aria-label', `Who was notified, ${total} notifications so far`)
  button.setAttribute('aria-expanded', state.pane === 'ledger')
}

/** The line below a post that says whom it notified: "@tech (Ann, Tom)". */
export function notifiedLine(calls) {
  const quiet = calls.every((c) => c.why === 'follows')
  return el('div', { class: quiet ? 'notified quiet' : 'notified' }, icon('bell'), el('span', {}, 'Notified ', reasons(calls)))
}

function reasons(calls) {
  const kinds = Map.groupBy(calls, (c) => c.group || c.why)
  return [...kinds].flatMap(([kind, some], i) => {
    const names = some.map((c) => firstName(c.user)).join(', ')
    return [i > 0 && ' · ', groupOf(kind) ? groupMention(kind) : ways[kind], ` (${names})`]
  })
}

const ways = {
  mention: 'by name',
  broadcast: 'everybody in the channel',
  direct: 'in a direct message',
  follows: 'followers of the thread',
}

// The pane -------------------------------------------------------------------

export function drawLedger(root) {
  const people = state.screen.people.filter((p) => !p.bot && !p.deleted)
  const unread = people.map((p) => unreadCalls(p.id).length)
  fill(root, sigOf('ledger', state.screen.posts, state.screen.called, unread, state.about, namesSig()), () => [
    el('header', { class: 'bar' },
      el('button', { type: 'button', class: 'icon-button back', 'aria-label': 'Back to the channel', onclick: close }, icon('back')),
      el('h2', {}, 'Who was notified'),
      el('button', { type: 'button', class: 'icon-button close', 'aria-label': 'Close', 'data-focus': 'close', onclick: close }, icon('close'))),
    el('div', { class: 'list ledger' },
      el('p', { class: 'hint' }, 'Everybody whom Slack called, by which post, and why. Nobody else was disturbed.'),
      el('div', { class: 'tally', role: 'group', 'aria-label': 'About whom' },
        tally('', 'Everybody', sum(Object.values(state.screen.called)), 0),
        people.map((p, i) => tally(p.id, p.real, state.screen.called[p.id] || 0, unread[i]))),
      posts()),
  ])
}

const close = () => go({ pane: '' })

function tally(id, name, count, unread) {
  return el('button', {
    type: 'button', 'aria-pressed': String(state.about === id), 'data-focus': `about ${id}`,
    'data-person': personOf(id)?.name || 'everybody',
    onclick: () => go({ about: id }),
  }, id && el('span', { class: 'face' }, avatar(id, name), badge(unread, 'not seen yet')),
    el('span', { class: 'room' }, name), el('strong', { title: 'notifications so far' }, String(count)))
}

function posts() {
  const some = state.screen.posts.filter((p) => !state.about || p.calls.some((c) => c.user === state.about))
  if (some.length) return el('ol', { class: 'calls' }, some.map((p) => el('li', {}, entry(p))))
  const who = personOf(state.about)?.real || 'Nobody'
  return el('p', { class: 'nothing' }, `${who} has ${state.about ? 'not ' : ''}been notified yet.`)
}

function entry(post) {
  const author = post.name || personOf(post.by)?.real || 'Somebody'
  const room = channelOf(post.channel)
  const head = [el('strong', {}, author), ` in ${post.thread_ts ? 'a thread of ' : ''}`, el('strong', {}, room ? roomLabel(room) : 'a private channel')]
  return el('article', { class: 'call' },
    el('button', {
      type: 'button', class: 'goto', 'data-focus': `post ${post.ts}`, disabled: !room || post.gone,
      onclick: () => go({ channel: post.channel, thread: post.thread_ts || '', pane: '' }),
    },
      el('span', { class: 'head' }, el('span', {}, head), el('time', { title: fullTime(post.ts) }, dayAndTime(post.ts))),
      el('span', { class: 'excerpt' }, post.gone ? 'The post was deleted.' : excerpt(post.text))),
    el('div', { class: 'outcome' }, notifiedLine(post.calls), spared(post)))
}

const roomLabel = (room) => (room.direct ? channelName(room) : `#${room.name}`)

// Who works here and was left in peace says as much as who was called.
function spared(post) {
  const called = new Set(post.calls.map((c) => c.user))
  const others = state.screen.people.filter((p) => !p.bot && !p.deleted && p.id !== post.by && !called.has(p.id))
  if (!others.length) return null
  const names = others.slice(0, 6).map((p) => firstName(p.id))
  if (others.length > 6) names.push(`${others.length - 6} others`)
  return el('div', { class: 'spared' }, `Not notified: ${names.join(', ')}`)
}
