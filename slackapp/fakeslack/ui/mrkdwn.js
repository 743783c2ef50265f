// Slack's markup as nodes. What is not markup stays text, whatever it looks like.

import { el } from './dom.js'
import { emoji } from './emoji.js'
import { channelOf, go, groupOf, personOf, state } from './state.js'
import { formatDate } from './time.js'

const unescape = (text) => text.replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: '<', gt: '>', amp: '&' })[name])

/** Text without markup; its line breaks stay by the style of what holds it. */
export const text = (s) => document.createTextNode(s)

/** The nodes of a mrkdwn text: fences, quotes, list lines and what stands in lines. */
export function mrkdwn(source) {
  return source.split(/```\n?([\s\S]*?)\n?```\n?/).flatMap((part, i) => {
    if (i % 2) return [el('pre', {}, unescape(part))]
    return part ? blocksOf(part.split('\n')) : []
  })
}

/** A text object: plain_text as it stands, mrkdwn with its markup. */
export function textObject(t) {
  if (t.type === 'mrkdwn') return mrkdwn(t.text)
  // docs.slack.dev, text object: emoji says whether names in colons are emoji.
  return t.emoji === false ? text(t.text) : t.text.split(/:([a-z0-9_'+-]+):/).map((s, i) => (i % 2 ? emoji(s) : text(s)))
}

const quoted = /^(?:&gt;|>) ?/
const listed = /^\s*[•◦▪] /

// Lines of one sort stand together; in between, a line break is one.
function blocksOf(lines) {
  const nodes = []
  for (let i = 0; i < lines.length; ) {
    const sort = [quoted, listed].find((s) => s.test(lines[i]))
    const same = []
    do same.push(lines[i++])
    while (i < lines.length && [quoted, listed].find((s) => s.test(lines[i])) === sort)
    if (sort === quoted) nodes.push(el('blockquote', {}, inline(same.map((l) => l.replace(quoted, '')).join('\n'))))
    else if (sort === listed) nodes.push(...same.map((l) => el('div', { class: 'bullet' }, inline(l.replace(listed, '')))))
    else nodes.push(...inline(same.join('\n')))
  }
  return nodes
}

/** The nodes of one line, or of several that need no more than line breaks. */
function inline(source) {
  // Made anew for each call, as it is used inside of itself.
  const piece = /<([^<>\n]+)>|`([^`\n]+)`|:([a-z0-9_'+-]+):|(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?\S)\4(?![\p{L}\p{N}])/gu
  const nodes = []
  let last = 0
  for (const found of source.matchAll(piece)) {
    const [whole, token, code, name, mark, marked] = found
    nodes.push(text(unescape(source.slice(last, found.index))))
    last = found.index + whole.length
    if (token) nodes.push(reference(token))
    else if (code) nodes.push(el('code', {}, codeNodes(code)))
    else if (name) nodes.push(emoji(name))
    else nodes.push(el({ '*': 'strong', _: 'em', '~': 's' }[mark], {}, inline(marked)))
  }
  nodes.push(text(unescape(source.slice(last))))
  return nodes.filter((n) => n.textContent || n.nodeType !== Node.TEXT_NODE)
}

// Inside of code, only what stands in angle brackets means something.
const codeNodes = (code) =>
  code.split(/<([^<>\n]+)>/).map((part, i) => (i % 2 ? reference(part) : text(unescape(part))))

/** What stands in angle brackets: a mention, a link, a date. */
function reference(body) {
  const [what, label] = cut(body, '|')
  if (what.startsWith('@')) return userMention(what.slice(1), label)
  if (what.startsWith('#')) return channelMention(what.slice(1), label)
  if (what.startsWith('!subteam^')) return groupMention(what.slice(9), label)
  if (/^!(here|channel|everyone)$/.test(what)) return broadcastMention(what.slice(1))
  if (what.startsWith('!date^')) return dateOf(what, label)
  if (what.startsWith('!')) return text(unescape(label || `<${body}>`))
  return link(unescape(what), unescape(label || what))
}

function cut(s, separator) {
  const at = s.indexOf(separator)
  return at < 0 ? [s, ''] : [s.slice(0, at), s.slice(at + 1)]
}

function mention(label, mine) {
  return el('span', { class: mine ? 'mention mine' : 'mention' }, label)
}

export const userMention = (id, label) => mention(`@${personOf(id)?.real || unescape(label || id)}`, id === state.as)

export function groupMention(id, label) {
  const group = groupOf(id)
  const node = mention(group ? `@${group.handle}` : unescape(label || id), group?.members.includes(state.as))
  if (group) node.title = group.members.map((m) => personOf(m)?.real).join(', ')
  return node
}

export const broadcastMention = (range) => mention(`@${range}`, true)

export function channelMention(id, label) {
  const room = channelOf(id)
  if (!room) return mention(`#${unescape(label) || 'a private channel'}`)
  return el('button', { type: 'button', class: 'mention', onclick: () => go({ channel: id }) }, `#${room.name}`)
}

function dateOf(what, fallback) {
  const [, seconds, pattern, href] = what.split('^')
  if (!/^\d+$/.test(seconds || '') || !pattern) return text(unescape(fallback))
  const written = unescape(formatDate(seconds, pattern))
  return href ? link(unescape(href), written) : el('time', { title: unescape(fallback) }, written)
}

/** A link, where its address is of a sort that may be followed; else its text. */
export function link(href, label) {
  const url = URL.canParse(href) ? new URL(href) : null
  if (!url || !['http:', 'https:', 'mailto:'].includes(url.protocol)) return text(label)
  const inside = permalink(url)
  const onclick = inside && ((event) => (event.preventDefault(), go(inside)))
  return el('a', { href, onclick, target: '_blank', rel: 'noopener noreferrer' }, label)
}

// A link to a message of this workspace leads there on this page.
function permalink(url) {
  const [, channel, seconds, micros] = /^\/archives\/(\w+)(?:\/p(\d+)(\d{6}))?$/.exec(url.pathname) || []
  if (!channelOf(channel)) return null
  if (!seconds) return { channel }
  return { channel, thread: url.searchParams.get('thread_ts') || `${seconds}.${micros}` }
}

/** The beginning of a post, in one line. */
export const excerpt = (source) => inline(source.replace(/\s+/g, ' '))

// Rich text ----------------------------------------------------------------------

/** The node of one element of a rich text section. */
export function inlineRich(e) {
  const draw = Object.hasOwn(inlines, e.type) ? inlines[e.type] : () => text(`[${e.type}]`)
  return styled(draw(e), e.style)
}

const inlines = {
  text: (e) => text(e.text),
  link: (e) => link(e.url, e.text || e.url),
  user: (e) => userMention(e.user_id),
  usergroup: (e) => groupMention(e.usergroup_id),
  channel: (e) => channelMention(e.channel_id, ''),
  broadcast: (e) => broadcastMention(e.range),
  emoji: (e) => emoji(e.name),
  date: (e) => text(formatDate(e.timestamp, e.format)),
  color: (e) => text(e.value),
}

function styled(node, style = {}) {
  for (const [name, tag] of [['code', 'code'], ['strike', 's'], ['italic', 'em'], ['bold', 'strong']]) {
    if (style[name]) node = el(tag, {}, node)
  }
  return node
}
