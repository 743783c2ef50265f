// Block Kit as nodes (docs.slack.dev/reference/block-kit). Buttons and menus call
// press; a block of another sort says that it is not drawn here.

import { el } from './dom.js'
import { emoji } from './emoji.js'
import { ask } from './dialog.js'
import { broadcastMention, channelMention, groupMention, link, text, textObject, userMention } from './mrkdwn.js'
import { formatDate } from './time.js'

/**
 * The nodes of a message's blocks. press(element, values) is called when somebody
 * uses an element, and returns a promise that ends with the app's answer.
 */
export function blocks(list, press) {
  return list.map((block) => {
    const draw = Object.hasOwn(drawers, block.type) ? drawers[block.type] : undrawn
    return draw(block, press)
  })
}

const undrawn = (block) => el('div', { class: 'block undrawn' }, `A block of type ${block.type} is not drawn here.`)

const drawers = {
  header: (b) => el('div', { class: 'block header', role: 'heading', 'aria-level': 3 }, textObject(b.text)),
  divider: () => el('hr', { class: 'block' }),
  section: (b, press) =>
    el('div', { class: 'block section' },
      el('div', { class: 'section-text' },
        b.text && el('div', { class: 'text' }, textObject(b.text)),
        b.fields && el('div', { class: 'fields' }, b.fields.map((f) => el('div', { class: 'text' }, textObject(f))))),
      b.accessory && element(b.accessory, b, press)),
  context: (b) => el('div', { class: 'block context' }, b.elements.map((e) => el('span', { class: 'text' }, e.type === 'image' ? image(e) : textObject(e)))),
  actions: (b, press) => el('div', { class: 'block actions' }, b.elements.map((e) => element(e, b, press))),
  rich_text: (b) => el('div', { class: 'block rich' }, b.elements.map(richBlock)),
  image: (b) => el('div', { class: 'block' }, image(b)),
  markdown: (b) => el('div', { class: 'block text' }, b.text),
}

// The page loads nothing from elsewhere, pictures neither.
const image = (b) => el('span', { class: 'picture' }, b.alt_text || 'picture')

// Elements that can be used ---------------------------------------------------

function element(e, block, press) {
  const draw = Object.hasOwn(elements, e.type) ? elements[e.type] : undrawn
  return draw(e, block, press)
}

const elements = {
  button: (e, block, press) => {
    const node = el('button', {
      type: 'button',
      class: `press ${['primary', 'danger'].includes(e.style) ? e.style : ''}`,
      'data-focus': `${block.block_id} ${e.action_id}`,
      'data-action': e.action_id,
      onclick: async () => {
        if (e.confirm && !(await ask(e.confirm))) return
        if (e.url) window.open(e.url, '_blank', 'noopener,noreferrer')
        await busy(node, press(e, e.value ? [e.value] : []))
      },
    }, textObject(e.text))
    return node
  },
  static_select: (e, block, press) => {
    const options = e.options || e.option_groups.flatMap((g) => g.options)
    const node = el('select', {
      'aria-label': e.placeholder?.text || 'Choose',
      'data-focus': `${block.block_id} ${e.action_id}`,
      onchange: () => busy(node, press(e, [node.value])),
    }, el('option', { value: '', hidden: true }, e.placeholder?.text || 'Choose'), options.map((o) => el('option', { value: o.value }, o.text.text)))
    return node
  },
  overflow: (e, block, press) => elements.static_select({ ...e, placeholder: { text: '…' } }, block, press),
  image: (e) => image(e),
}

/** Shows that an element is being used, until the app has answered. */
async function busy(node, answer) {
  node.disabled = true
  node.classList.add('busy')
  try {
    await answer
  } finally {
    node.disabled = false
    node.classList.remove('busy')
  }
}

// Rich text --------------------------------------------------------------------

function richBlock(b) {
  switch (b.type) {
    case 'rich_text_section':
      return el('div', { class: 'text' }, b.elements.map(richInline))
    case 'rich_text_quote':
      return el('blockquote', {}, b.elements.map(richInline))
    case 'rich_text_preformatted':
      return el('pre', {}, b.elements.map(richInline))
    case 'rich_text_list': {
      const items = b.elements.map((section) => el('li', {}, section.elements.map(richInline)))
      const list = el(b.style === 'ordered' ? 'ol' : 'ul', { class: `indent${Math.min(b.indent || 0, 4)}` }, items)
      if (b.style === 'ordered' && b.offset) list.start = b.offset + 1
      return list
    }
    default:
      return undrawn(b)
  }
}

function richInline(e) {
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
