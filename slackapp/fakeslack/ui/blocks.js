// Block Kit as nodes (docs.slack.dev/reference/block-kit), in messages, modals and
// Home tabs. A block of another sort says that it is not drawn here.

import { chart, table } from './charts.js'
import { el } from './dom.js'
import { element, isControl, picture } from './elements.js'
import { inlineRich, textObject } from './mrkdwn.js'

/**
 * The nodes of a list of blocks. use is how what stands in them is used:
 *
 *	press(element, values)        somebody used it; a promise that ends with the app's answer
 *	held(block, element)          the values that it holds, or undefined for those it begins with
 *	hold(block, element, values)  it holds other values now; left out where nothing is kept
 *	chosen(block, element)        what of options or files its state has, to be named
 *	suggest(element, query)       a promise of the options that the app has for what is typed
 *	upload(file)                  a promise of the id of a file that was uploaded
 *	errors                        what is wrong with an input, by block_id
 */
export function blocks(list, use) {
  return list.map((block) => {
    const draw = Object.hasOwn(drawers, block.type) ? drawers[block.type] : undrawn
    return draw(block, use)
  })
}

const undrawn = (block) => el('div', { class: 'block undrawn' }, `A block of type ${block.type} is not drawn here.`)

const drawers = {
  header: (b) => el('div', { class: 'block header', role: 'heading', 'aria-level': 3 }, textObject(b.text)),
  divider: () => el('hr', { class: 'block' }),
  section: (b, use) =>
    el('div', { class: `block section${isControl(b.accessory) ? ' wide' : ''}` },
      el('div', { class: 'section-text' },
        b.text && el('div', { class: 'text' }, textObject(b.text)),
        b.fields && el('div', { class: 'fields' }, b.fields.map((f) => el('div', { class: 'text' }, textObject(f))))),
      b.accessory && element(b.accessory, b, use)),
  context: (b) => el('div', { class: 'block context' }, b.elements.map((e) => el('span', { class: 'text' }, e.type === 'image' ? picture(e) : textObject(e)))),
  actions: (b, use) => el('div', { class: 'block actions' }, b.elements.map((e) => element(e, b, use))),
  rich_text: (b) => el('div', { class: 'block rich' }, b.elements.map(richBlock)),
  image: (b) => el('figure', { class: 'block' }, b.title && el('figcaption', {}, textObject(b.title)), picture(b)),
  data_visualization: chart,
  table: (b) => table(b, richBlock),
  markdown: (b) => el('div', { class: 'block text' }, b.text),
  input: inputBlock,
}

let inputs = 0

/** An input with its label, its hint, and what is wrong with it. */
function inputBlock(b, use) {
  const id = `input-${++inputs}`
  const error = use.errors?.[b.block_id]
  const notes = [b.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return el('div', { class: error ? 'block input wrong' : 'block input', 'data-block': b.block_id, role: 'group', 'aria-labelledby': id },
    el('div', { class: 'label', id }, textObject(b.label), b.optional && el('span', { class: 'optional' }, ' (optional)')),
    element(b.element, b, use, { 'aria-labelledby': id, 'aria-describedby': notes || null, 'aria-invalid': error && 'true' }),
    error && el('div', { class: 'error', id: `${id}-error`, role: 'alert' }, error),
    b.hint && el('div', { class: 'hint', id: `${id}-hint` }, textObject(b.hint)))
}

// Rich text --------------------------------------------------------------------

function richBlock(b) {
  switch (b.type) {
    case 'rich_text_section':
      return el('div', { class: 'text' }, b.elements.map(inlineRich))
    case 'rich_text_quote':
      return el('blockquote', {}, b.elements.map(inlineRich))
    case 'rich_text_preformatted':
      return el('pre', {}, b.elements.map(inlineRich))
    case 'rich_text_list': {
      const items = b.elements.map((section) => el('li', {}, section.elements.map(inlineRich)))
      const list = el(b.style === 'ordered' ? 'ol' : 'ul', { class: `indent${Math.min(b.indent || 0, 4)}` }, items)
      if (b.style === 'ordered' && b.offset) list.start = b.offset + 1
      return list
    }
    default:
      return undrawn(b)
  }
}
