// The list of conversations at the side, as the person sees it.

import { el, fill, sigOf } from './dom.js'
import { icon } from './icons.js'
import { avatar, badge } from './people.js'
import { channelName, go, isUnread, personOf, state, unreadCalls } from './state.js'

// Where thread, ledger and trouble cover the channel, choosing one uncovers it; see layout.css.
const covers = matchMedia('(max-width: 999px)')
const keptPane = () => (covers.matches ? '' : state.pane)

export function drawChannels(root) {
  const rooms = state.screen.channels.map((room) => ({
    ...room,
    name: channelName(room),
    unread: isUnread(room),
    calls: unreadCalls(state.as).filter((p) => p.channel === room.id).length,
  }))
  const apps = state.screen.apps.filter((a) => a.home)
  fill(root, sigOf(rooms, apps, state.channel, state.home, state.as), () => [
    section('Channels', rooms.filter((r) => !r.direct).map(entry)),
    section('Direct messages', rooms.filter((r) => r.direct).map(entry)),
    section('Apps', apps.map(appEntry)),
  ])
}

function section(title, entries) {
  return entries.length > 0 && el('section', {}, el('h2', {}, title), el('ul', {}, entries.map((e) => el('li', {}, e))))
}

function appEntry(app) {
  return el('button', {
    type: 'button', 'aria-current': app.id === state.home && 'page', 'data-focus': app.id, 'data-app': app.name,
    title: `The Home tab of ${app.name}, as it shows it to you`,
    onclick: () => {
      go({ home: app.id, pane: keptPane() })
      closeDrawer()
    },
  }, avatar(app.bot, app.name), el('span', { class: 'room' }, app.name))
}

function entry(room) {
  const marks = [room.unread && 'unread', !room.member && 'outside']
  return el('button', {
    type: 'button',
    class: marks.filter(Boolean).join(' '),
    'aria-current': room.id === state.channel && !state.home && 'page',
    'data-focus': room.id,
    'data-channel': room.name,
    title: room.member ? null : 'You are not in this channel',
    onclick: () => {
      go({ channel: room.id, thread: '', pane: keptPane() })
      closeDrawer()
    },
  }, sign(room), el('span', { class: 'room' }, room.name), room.unread && el('span', { class: 'sr' }, ' unread'), badge(room.calls, 'notifications'))
}

function sign(room) {
  const other = room.direct && room.members.find((m) => m !== state.as)
  if (other) return avatar(other, personOf(other)?.real || room.name)
  return icon(room.private ? 'lock' : 'hash')
}

// Where there is little room, the list is a drawer that the menu opens.

export function setUpDrawer(menu) {
  menu.append(icon('menu'))
  menu.addEventListener('click', () => setDrawer(!document.body.classList.contains('drawer')))
  addEventListener('keydown', (event) => event.key === 'Escape' && closeDrawer())
  document.getElementById('channel').addEventListener('click', closeDrawer)
}

const closeDrawer = () => setDrawer(false)

function setDrawer(open) {
  document.body.classList.toggle('drawer', open)
  document.getElementById('menu').setAttribute('aria-expanded', open)
}
