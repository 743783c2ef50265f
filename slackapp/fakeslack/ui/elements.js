// What can be used in blocks: buttons, menus and inputs
// (docs.slack.dev/reference/block-kit/block-elements). What a menu or an input
// holds is a list of strings: what was typed, the value of an option, the id of a
// person or channel.

import { ask } from './dialog.js'
import { el } from './dom.js'
import { textObject } from './mrkdwn.js'
import { chooser } from './chooser.js'
import { menu } from './menu.js'
import { icon } from './icons.js'
import { channelName, personOf, state } from './state.js'

/** The node of an element in a block; use is as of blocks, aria is for what takes the focus. */
export function element(e, block, use, aria = {}) {
  const draw = Object.hasOwn(drawers, e.type) ? drawers[e.type] : undrawn
  return draw(e, block, use, aria)
}

const undrawn = (e) => el('span', { class: 'undrawn' }, `An element of type ${e.type} is not drawn here.`)

/** Whether an element is one that needs room, as Slack gives it below a section's text where that is narrow. */
export const isControl = (e) => Boolean(e) && /checkboxes|radio|multi_/.test(e.type)

/** The page loads nothing from elsewhere, pictures neither. */
export const picture = (e) => el('span', { class: 'picture', title: e.image_url }, icon('image'), e.alt_text || 'picture')

// What an element holds -----------------------------------------------------------

/** The values in a state, as payloads write it: {type, selected_option: {value}} and so on. */
export function valuesIn(held) {
  if (!held) return []
  const { type, ...rest } = held
  return Object.values(rest).flat().filter((v) => v != null && v !== '').map(plainValue)
}

/** One value as a string: of an option, a file, a rich text, or as it is. */
const plainValue = (v) => (v.elements ? wordsIn(v) : String(v.value ?? v.id ?? v))

/** The bare words of a rich text, a line for each part. */
const wordsIn = (rich) => rich.elements.map((part) => (part.elements || []).map((e) => e.text ?? (e.elements || []).map((x) => x.text ?? '').join('')).join('')).join('\n')

/** The options or files that stand in a state of the view. */
export const chosenIn = (view) => (block, element) => {
  const held = view.values[block.block_id]?.[element.action_id] || {}
  return [held.selected_option, held.selected_options, held.files].flat().filter(Boolean)
}

/** The values that an element begins with. */
function initialValues(e) {
  const found = Object.entries(e).find(([name]) => name.startsWith('initial_'))
  return found ? [found[1]].flat().map(plainValue) : []
}

const valuesOf = (e, block, use) => use.held?.(block, e) ?? initialValues(e)

/** Takes new values in: kept for the form, and told to the app where it wants to know at once. */
async function changed(node, e, block, use, values, done = true) {
  use.hold?.(block, e, values)
  const tells = block.type !== 'input' || (block.dispatch_action && done)
  if (!tells || (e.confirm && !(await ask(e.confirm)))) return
  await busy(node, use.press(e, values))
}

/** Shows that an element is being used, until the app has answered. */
async function busy(node, answer) {
  const controls = node.matches('button, select, input, textarea') ? [node] : [...node.querySelectorAll('button, select, input')]
  const focused = document.activeElement
  for (const c of controls) c.disabled = true
  node.classList.add('busy')
  try {
    await answer
  } finally {
    for (const c of controls) c.disabled = false
    node.classList.remove('busy')
    if (controls.includes(focused) && document.activeElement === document.body) focused.focus({ preventScroll: true })
  }
}

const handles = (e, block) => ({ 'data-focus': `${block.block_id} ${e.action_id}`, 'data-action': e.action_id })

// Buttons ----------------------------------------------------------------------------

function button(e, block, use) {
  const node = el('button', {
    ...handles(e, block), type: 'button', 'aria-label': e.accessibility_label,
    class: `press ${['primary', 'danger'].includes(e.style) ? e.style : ''}`,
    onclick: async () => {
      if (e.confirm && !(await ask(e.confirm))) return
      if (e.url) window.open(e.url, '_blank', 'noopener,noreferrer')
      await busy(node, use.press(e, e.value ? [e.value] : []))
    },
  }, textObject(e.text))
  return node
}

function overflow(e, block, use) {
  const node = el('button', {
    ...handles(e, block), type: 'button', class: 'press overflow', 'aria-label': 'More actions', 'aria-haspopup': 'menu',
    onclick: () => menu(node, e.options.map((o) => ({
      label: textObject(o.text), about: o.description?.text, run: () => changed(node, e, block, use, [o.value]),
    }))),
  }, icon('more'))
  return node
}

// Choosing one --------------------------------------------------------------------------

const optionNode = (o) => el('option', { value: o.value }, o.text.text)

function select(e, block, use, aria, options) {
  const placeholder = e.placeholder?.text || 'Choose an option'
  const node = el('select', { ...handles(e, block), 'aria-label': aria['aria-labelledby'] ? null : placeholder, ...aria },
    el('option', { value: '', hidden: block.type !== 'input' || !block.optional }, placeholder), options)
  node.value = valuesOf(e, block, use)[0] ?? ''
  const show = () => node.classList.toggle('empty', node.value === '')
  show()
  node.addEventListener('change', () => {
    show()
    changed(node, e, block, use, node.value ? [node.value] : [])
  })
  return node
}

const staticOptions = (e) =>
  e.options ? e.options.map(optionNode) : e.option_groups.map((g) => el('optgroup', { label: g.label.text }, g.options.map(optionNode)))

const people = () =>
  state.screen.people.filter((p) => !p.deleted).map((p) => ({ value: p.id, text: p.real, about: p.bot ? 'app' : p.title || '' }))
const rooms = () => // public ones, as Slack has it
  state.screen.channels.filter((c) => !c.direct && !c.private && !c.archived).map((c) => ({ value: c.id, text: `#${c.name}`, about: '' }))
const sortOf = (c) => (!c.direct ? (c.private ? 'private' : 'public') : c.members.length > 2 ? 'mpim' : 'im')
const conversations = ({ filter = {} }) =>
  state.screen.channels
    .filter((c) => !c.archived && (!filter.include || filter.include.includes(sortOf(c))))
    .filter((c) => !filter.exclude_bot_users || sortOf(c) !== 'im' || !c.members.some((m) => m !== state.as && personOf(m)?.bot))
    .map((c) => ({
      value: c.id, text: c.direct ? channelName(c) || 'yourself' : `#${c.name}`,
      about: { private: 'private', im: 'direct message', mpim: 'group message' }[sortOf(c)] || '',
    }))
const flatOptions = (e) =>
  (e.options || e.option_groups.flatMap((g) => g.options)).map((o) => ({ value: o.value, text: o.text.text, about: o.description?.text || '' }))

const plainOptions = (list) => list.map((o) => el('option', { value: o.value }, o.text))

function several(e, block, use, aria, options) {
  const node = chooser({
    options, chosen: valuesOf(e, block, use), most: e.max_selected_items, placeholder: e.placeholder?.text || 'Choose options',
    props: { ...handles(e, block), ...aria }, onchange: (values) => changed(node, e, block, use, values),
  })
  return node
}

/** A menu whose options come from the app while one types. */
function external(e, block, use, aria, single) {
  if (!use.suggest) return undrawn(e)
  const begins = [e.initial_option, e.initial_options, use.chosen?.(block, e)].flat().filter(Boolean).map((o) => ({ value: o.value, text: o.text.text }))
  const where = `${block.block_id} ${e.action_id}`
  return chooser({
    options: [...begins, ...(suggested.get(where) || [])], single, chosen: valuesOf(e, block, use),
    most: e.max_selected_items, placeholder: e.placeholder?.text || 'Type to search', props: { ...handles(e, block), ...aria },
    onchange: (values) => changed(boxOf(e, block), e, block, use, values),
    find: {
      from: e.min_query_length ?? 3, // as Slack has it where a menu does not say
      ask: async (query) => {
        const options = (await use.suggest(e, query))?.map((o) => ({ ...o, about: o.group || '' }))
        suggested.set(where, [...(suggested.get(where) || []), ...(options || [])])
        return options
      },
    },
  })
}

const suggested = new Map() // menu -> options that apps have suggested, for the names of those chosen
const uploaded = new Map() // id -> name, of the files from this page

/** The box of a menu on the page, by what it is for. */
const boxOf = (e, block) => document.querySelector(`[data-focus="${CSS.escape(`${block.block_id} ${e.action_id}`)}"]`)

let sets = 0

/** Checkboxes, or radio buttons. */
function boxes(e, block, use, aria, type) {
  const values = valuesOf(e, block, use)
  const name = `set-${++sets}`
  const node = el('div', { class: 'boxes', role: type === 'radio' ? 'radiogroup' : 'group', ...aria, 'data-action': e.action_id },
    e.options.map((o) => {
      const box = el('input', {
        type, name, value: o.value, 'data-focus': `${block.block_id} ${e.action_id} ${o.value}`,
        onchange: () => changed(node, e, block, use, [...node.querySelectorAll(':checked')].map((c) => c.value)),
      })
      box.checked = values.includes(o.value)
      return el('label', {}, box, el('span', {}, el('span', { class: 'text' }, textObject(o.text)),
        o.description && el('span', { class: 'text about' }, textObject(o.description))))
    }))
  return node
}

// Typing -----------------------------------------------------------------------------------

function typing(e, block, use, aria, props) {
  const tag = props.type ? 'input' : 'textarea'
  const node = el(tag, {
    ...handles(e, block), autocomplete: 'off', placeholder: e.placeholder?.text, minlength: e.min_length, maxlength: e.max_length, ...aria, ...props,
  })
  node.value = valuesOf(e, block, use)[0] ?? ''
  const values = () => (node.value === '' ? [] : [node.value])
  node.addEventListener('input', () => changed(node, e, block, use, values(), wants(e, 'on_character_entered')))
  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || tag === 'textarea' || !block.dispatch_action || !wants(e, 'on_enter_pressed')) return
    event.preventDefault() // it does not submit the modal
    changed(node, e, block, use, values())
  })
  return node
}

// docs.slack.dev, dispatch action configuration; without one, Enter tells the app.
const wants = (e, trigger) => (e.dispatch_action_config?.trigger_actions_on || ['on_enter_pressed']).includes(trigger)

/** A moment, as Unix seconds; the box has it in the time zone of the one who looks. */
function dateAndTime(e, block, use, aria) {
  const box = el('input', { ...handles(e, block), type: 'datetime-local', 'aria-label': aria['aria-labelledby'] ? null : 'Choose a date and time', ...aria })
  const [seconds] = valuesOf(e, block, use)
  if (seconds) {
    const at = new Date(seconds * 1000)
    box.value = new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16)
  }
  box.addEventListener('change', () => changed(box, e, block, use, box.value ? [String(new Date(box.value).getTime() / 1000)] : []))
  return box
}

/** Files from the machine, which are uploaded at once. */
function files(e, block, use, aria) {
  if (!use.upload) return undrawn(e)
  const most = e.max_files || 10
  for (const f of use.chosen?.(block, e) || []) uploaded.set(f.id, f.name)
  let ids = valuesOf(e, block, use)
  const list = el('ul', { class: 'attached' })
  const picker = el('input', {
    ...handles(e, block), type: 'file', multiple: most > 1, accept: e.filetypes?.map((t) => `.${t}`).join(','), ...aria,
    onchange: () => take([...picker.files]),
  })
  const box = el('div', { class: 'file-input' }, picker, list)
  const keep = (next) => {
    ids = next
    draw()
    changed(box, e, block, use, ids)
  }
  async function take(chosen) {
    const taken = []
    for (const file of chosen.slice(0, most - ids.length)) {
      const id = await use.upload(file)
      if (!id) continue
      uploaded.set(id, file.name)
      taken.push(id)
    }
    picker.value = ''
    keep([...ids, ...taken])
  }
  function draw() {
    list.hidden = !ids.length
    picker.disabled = ids.length >= most
    list.replaceChildren(...ids.map((id) => el('li', {}, icon('clip'), el('span', {}, uploaded.get(id) || id),
      el('button', { type: 'button', 'aria-label': `Remove ${uploaded.get(id) || 'the file'}`, onclick: () => keep(ids.filter((o) => o !== id)) }, icon('close')))))
  }
  draw()
  return box
}

/** A date or a time; the app is told once it is whole. */
function moment(e, block, use, aria, type) {
  const node = el('input', { ...handles(e, block), type, 'aria-label': aria['aria-labelledby'] ? null : e.placeholder?.text || `Choose a ${type}`, ...aria })
  node.value = valuesOf(e, block, use)[0] ?? ''
  node.addEventListener('change', () => changed(node, e, block, use, node.value ? [node.value] : []))
  return node
}

const drawers = {
  button,
  overflow,
  image: picture,
  static_select: (e, b, use, aria) => select(e, b, use, aria, staticOptions(e)),
  users_select: (e, b, use, aria) => select(e, b, use, aria, plainOptions(people())),
  channels_select: (e, b, use, aria) => select(e, b, use, aria, plainOptions(rooms())),
  conversations_select: (e, b, use, aria) => select(e, b, use, aria, plainOptions(conversations(e))),
  multi_static_select: (e, b, use, aria) => several(e, b, use, aria, flatOptions(e)),
  multi_users_select: (e, b, use, aria) => several(e, b, use, aria, people()),
  multi_channels_select: (e, b, use, aria) => several(e, b, use, aria, rooms()),
  multi_conversations_select: (e, b, use, aria) => several(e, b, use, aria, conversations(e)),
  checkboxes: (e, b, use, aria) => boxes(e, b, use, aria, 'checkbox'),
  radio_buttons: (e, b, use, aria) => boxes(e, b, use, aria, 'radio'),
  datepicker: (e, b, use, aria) => moment(e, b, use, aria, 'date'),
  timepicker: (e, b, use, aria) => moment(e, b, use, aria, 'time'),
  datetimepicker: dateAndTime,
  external_select: (e, b, use, aria) => external(e, b, use, aria, true),
  multi_external_select: (e, b, use, aria) => external(e, b, use, aria, false),
  file_input: files,
  rich_text_input: (e, b, use, aria) => typing(e, b, use, aria, { rows: Math.max(3, e.min_lines || 0) }),
  plain_text_input: (e, b, use, aria) => typing(e, b, use, aria, e.multiline ? { rows: 4 } : { type: 'text' }),
  email_text_input: (e, b, use, aria) => typing(e, b, use, aria, { type: 'email' }),
  url_text_input: (e, b, use, aria) => typing(e, b, use, aria, { type: 'url' }),
  number_input: (e, b, use, aria) =>
    typing(e, b, use, aria, { type: 'number', step: e.is_decimal_allowed ? 'any' : 1, min: e.min_value, max: e.max_value }),
}
