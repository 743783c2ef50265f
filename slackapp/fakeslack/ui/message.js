// One message: how it looks, and what can be done with it.

import { blocks } from './blocks.js'
import { attempt, suggestions } from './deeds.js'
import { ask, plain } from './dialog.js'
import { el, sigOf } from './dom.js'
import { editor } from './edit.js'
import { emoji, quickReactions } from './emoji.js'
import { fileNode } from './files.js'
import { icon } from './icons.js'
import { notifiedLine } from './ledger.js'
import { openMessageMenu, pickEmoji } from './messagemenu.js'
import { mrkdwn } from './mrkdwn.js'
import { avatar, badge } from './people.js'
import { dismiss, go, me, namesSig, personOf, state, unreadCalls, update } from './state.js'
import { clockTime, dayAndTime, fullTime } from './time.js'

/**
 * A row of a list for sync. A compact one goes on with what the one before said,
 * under its head; one in the thread pane has no way into the thread.
 */
export function messageRow(m, { compact, inThread }) {
  const look = {
    compact,
    inThread,
    editing: state.editing === editKey(m, inThread),
    unread: inThread ? 0 : unreadCalls(state.as).filter((p) => p.thread_ts === m.ts).length,
    alone: inThread || m.alone ? 0 : aloneInThread(m.ts),
  }
  return {
    key: m.notice ? `notice ${m.notice}` : m.ts,
    sig: sigOf(m, look, state.as, namesSig()),
    build: () => (m.alone ? aloneRow(m) : systemText(m) ? systemRow(m, look) : personalRow(m, look)),
  }
}

/** Names a message in one of the panes, where it can be edited. */
const editKey = (m, inThread) => `${inThread ? 'thread' : 'channel'} ${m.ts}`

/** How much there is in a thread that only this person sees. */
const aloneInThread = (ts) => state.screen.ephemerals.filter((e) => e.thread_ts === ts && !state.dismissed.has(e.ts)).length

// What somebody wrote, or an app ------------------------------------------------------

function personalRow(m, look) {
  const author = authorOf(m)
  const forMe = m.calls?.some((c) => c.user === state.as && c.why !== 'follows' && c.why !== 'direct')
  return el('article', {
    class: `message${look.compact ? ' compact' : ''}${forMe ? ' for-me' : ''}`,
    'data-ts': m.ts, tabindex: -1, 'aria-label': `${author.name}, ${clockTime(m.ts)}`,
  },
    el('div', { class: 'gutter' }, look.compact ? time(m.ts) : avatar(author.id, author.name, author.sign)),
    el('div', { class: 'body' },
      m.subtype === 'thread_broadcast' && !look.inThread && alsoSent(m),
      !look.compact && head(author, m.ts),
      look.editing ? editor(m) : content(m),
      m.files?.length > 0 && el('div', { class: 'files' }, m.files.map(fileNode)),
      m.reactions?.length > 0 && el('div', { class: 'reactions' }, m.reactions.map((r) => reaction(m, r)), addReaction(m, 'reaction add')),
      m.calls && notifiedLine(m.calls),
      threadLine(m, look)),
    !look.editing && tools(m, look))
}

function authorOf(m) {
  const person = personOf(m.user)
  return {
    id: m.username || m.user || '',
    name: m.username || m.bot_profile?.name || person?.real || m.user || 'Somebody',
    tag: m.bot_id || person?.bot ? 'app' : ['guest', 'external', 'deactivated'].find((r) => r === person?.role),
    sign: (m.icons?.emoji || '').replaceAll(':', ''),
  }
}

const time = (ts) => el('time', { title: fullTime(ts) }, clockTime(ts))

const head = (author, ts) =>
  el('div', { class: 'head' }, el('strong', { class: 'name' }, author.name), author.tag && el('span', { class: `tag ${author.tag}` }, author.tag), time(ts))

function content(m) {
  const parts = m.blocks?.length ? blocks(m.blocks, { press: (element, values) => press(m, element, values), suggest: (element, query) => suggestions({ channel: state.channel, ts: m.ts, action: element.action_id, query }) }) : m.text ? [el('div', { class: 'text' }, mrkdwn(m.text))] : []
  if (m.edited && !m.bot_id) { // Slack says so of what people change
    const texts = parts.flatMap((p) => [p, ...p.querySelectorAll('.text')])
    texts.at(-1)?.append(el('span', { class: 'edited', title: fullTime(m.edited.ts) }, ' (edited)'))
  }
  return el('div', { class: 'content' }, parts)
}

const alsoSent = (m) => el('div', { class: 'also' }, 'replied to ', el('button', { type: 'button', class: 'link', onclick: () => go({ thread: m.thread_ts }) }, 'a thread'))

function addReaction(m, className) {
  const node = el('button', {
    type: 'button', class: className, 'aria-label': 'Add a reaction', title: 'Add a reaction', 'data-focus': `add ${className}`,
    onclick: () => pickEmoji(node, (name) => react(m, name, true)),
  }, icon('react'))
  return node
}

function reaction(m, r) {
  const who = r.users.map((u) => personOf(u)?.real || u).join(', ')
  return el('button', {
    type: 'button', class: 'reaction', 'aria-pressed': String(r.users.includes(state.as)),
    title: `${who} reacted with :${r.name}:`, 'data-focus': `react ${r.name}`, onclick: () => react(m, r.name),
  }, emoji(r.name), String(r.count))
}

function threadLine(m, look) {
  if (look.inThread || (!m.reply_count && !look.alone)) return null
  const n = m.reply_count || 0
  return el('button', { type: 'button', class: 'thread-line', 'data-focus': 'thread', onclick: () => go({ thread: m.ts }) },
    (m.reply_users || []).slice(0, 3).map((u) => avatar(u, personOf(u)?.real || u)),
    el('strong', {}, n === 0 ? 'Thread' : n === 1 ? '1 reply' : `${n} replies`),
    badge(look.unread, 'notifications'),
    el('span', { class: 'when' }, look.alone ? `${look.alone} only visible to you` : `Last reply ${dayAndTime(m.latest_reply)}`))
}

// What can be done -----------------------------------------------------------------------

function tools(m, look) {
  const tool = (name, label, onclick, sign = icon(name)) =>
    el('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, 'data-focus': name, onclick }, sign)
  const own = m.user === state.as && (!m.subtype || ['thread_broadcast', 'file_share'].includes(m.subtype))
  const may = {
    edit: own && (() => update({ editing: editKey(m, look.inThread) })),
    remove: (own || ['admin', 'owner'].includes(me()?.role)) && (() => remove(m)),
    thread: threadOf(m),
  }
  const more = tool('more', 'More actions', () => openMessageMenu(more, m, may))
  return el('div', { class: 'tools' },
    quickReactions.map((name) => tool(name, `React with :${name}:`, () => react(m, name), emoji(name))),
    addReaction(m, 'icon-button'),
    !look.inThread && tool('thread', 'Reply in thread', () => go({ thread: m.thread_ts || m.ts })),
    may.edit && tool('pencil', 'Edit message', may.edit),
    may.remove && tool('trash', 'Delete message', may.remove),
    more)
}

/** The thread in whose pane m is shown. */
const threadOf = (m) => (state.thread && (m.thread_ts || m.ts) === state.thread ? state.thread : '')

function react(m, name, adds = false) {
  const off = !adds && Boolean(m.reactions?.some((r) => r.name === name && r.users.includes(state.as)))
  return attempt('react', { ts: m.ts, emoji: name, off }, threadOf(m))
}

async function remove(m) {
  const yes = await ask({
    title: plain('Delete message'), text: plain('Are you sure you want to delete this message? This cannot be undone.'),
    confirm: plain('Delete'), deny: plain('Cancel'), style: 'danger',
  })
  if (yes) await attempt('delete', { ts: m.ts }, threadOf(m))
}

// What an app answers in the thread, for this person alone, is easily missed where
// the button was pressed in the channel; so the thread opens by itself.
async function press(m, element, values) {
  const before = aloneInThread(m.ts)
  const body = { ts: m.ts, ephemeral: Boolean(m.alone), action: element.action_id, values }
  if ((await attempt('click', body, threadOf(m))) && !m.alone) openThreadOnce(m.ts, () => aloneInThread(m.ts) > before, 20)
}

function openThreadOnce(ts, there, tries) {
  if (state.thread || tries === 0) return
  if (there()) go({ thread: ts })
  else setTimeout(openThreadOnce, 100, ts, there, tries - 1)
}

// Other rows ---------------------------------------------------------------------------------

/** What only this person sees: from an app, or from Slack itself. */
function aloneRow(m) {
  const author = m.notice ? { id: 'slackbot', name: 'Slackbot' } : authorOf(m)
  return el('article', { class: 'message alone', 'data-ts': m.ts, tabindex: -1, 'aria-label': `${author.name}, only visible to you` },
    el('div', { class: 'only' }, icon('eye'), 'Only visible to you', ' · ',
      el('button', { type: 'button', class: 'link', onclick: () => dismiss(m.notice || m.ts) }, 'Dismiss')),
    el('div', { class: 'gutter' }, avatar(author.id, author.name)),
    el('div', { class: 'body' }, head(author, m.ts), m.notice ? el('div', { class: 'text' }, m.text) : content(m)))
}

/** What is said about the channel itself, or '' for what somebody wrote. */
function systemText(m) {
  if (m.subtype === 'tombstone') return 'This message was deleted.'
  return /^(channel|group)_/.test(m.subtype || '') ? m.text : ''
}

function systemRow(m, look) {
  return el('article', { class: 'message system', 'data-ts': m.ts, tabindex: -1 },
    el('div', { class: 'gutter' }, icon(m.subtype === 'tombstone' ? 'trash' : 'hash')),
    el('div', { class: 'body' }, el('div', { class: 'text' }, mrkdwn(systemText(m)), ' ', time(m.ts)), threadLine(m, look)))
}
