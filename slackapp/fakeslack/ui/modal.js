// The modal that the person sees: a form that the app has made (docs.slack.dev,
// surfaces/modals). What is typed stays here until it is submitted, also when the
// app changes the modal meanwhile.

import { act, Refused } from './api.js'
import { blocks } from './blocks.js'
import { sentence, suggestions } from './deeds.js'
import { el, fill, sigOf } from './dom.js'
import { chosenIn, valuesIn } from './elements.js'
import { asAttached } from './files.js'
import { icon } from './icons.js'
import { textObject } from './mrkdwn.js'
import { avatar } from './people.js'
import { appOf, namesSig, state, update } from './state.js'

const drafts = new Map() // view id -> block_id -> values
let errors = {} // what is wrong with inputs of the view on top, by block_id
let trouble = '' // what went wrong with the modal as a whole
let waiting = false // the app has not answered yet
let shown = '' // id and hash of the view that is drawn
let entered = '' // the view that got the focus when it came
let focusWrong = false

export function drawModal(dialog) {
  const view = state.screen.me === state.as ? state.screen.modal : null
  if (!view) {
    shown = entered = ''
    drafts.clear()
    if (dialog.open) dialog.close()
    return
  }
  if (shown !== `${view.id} ${view.hash}`) {
    shown = `${view.id} ${view.hash}`
    ;({ errors, trouble } = { errors: {}, trouble: '' })
  }
  const form = dialog.querySelector('form')
  dialog.setAttribute('aria-label', view.title?.text || 'Modal')
  form.setAttribute('aria-busy', String(waiting))
  fill(form, sigOf(view.id, view.hash, view.below, errors, trouble, namesSig()), () => parts(view))
  const submit = form.querySelector('[type=submit]')
  if (submit) submit.disabled = waiting || Boolean(view.submit_disabled)
  submit?.classList.toggle('busy', waiting)
  if (!dialog.open) dialog.showModal()
  if (entered !== view.id) form.querySelector(`.input :is(input, textarea, select), [type=submit], [data-focus=close]`)?.focus()
  else if (focusWrong) form.querySelector('.wrong :is(input, textarea, select)')?.focus()
  entered = view.id
  focusWrong = false
}

export function setUpModal(dialog) {
  const form = el('form', { novalidate: true, onsubmit: (event) => (event.preventDefault(), submit(form)) })
  dialog.append(form)
  // Escape closes one modal of the stack. Browsers close the dialog by themselves
  // when that is refused twice, so it must not come to that.
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    event.stopPropagation()
    close(false)
  })
  dialog.addEventListener('cancel', (event) => event.preventDefault())
}

function parts(view) {
  const app = appOf(view.app)
  const held = (block, element) => drafts.get(view.id)?.get(block.block_id) ?? (view.values[block.block_id]?.[element.action_id] && valuesIn(view.values[block.block_id][element.action_id]))
  const hold = (block, element, values) => {
    if (block.type === 'input') draftOf(view).set(block.block_id, values)
  }
  return [
    el('header', {},
      view.below > 0
        ? el('button', { type: 'button', class: 'icon-button', 'aria-label': 'Back', 'data-focus': 'back', onclick: () => close(false) }, icon('back'))
        : avatar(app?.bot || '', app?.name || 'App'),
      el('h2', {}, textObject(view.title)),
      el('button', { type: 'button', class: 'icon-button', 'aria-label': 'Close', 'data-focus': 'x', onclick: () => close(true) }, icon('close'))),
    el('div', { class: 'fields-of content', tabindex: -1 },
      trouble && el('div', { class: 'trouble', role: 'alert' }, icon('warn'), el('span', {}, trouble)),
      view.blocks?.length ? blocks(view.blocks, { press, held, hold, chosen: chosenIn(view), suggest, upload, errors }) : el('p', { class: 'nothing' }, 'There is nothing in this modal.')),
    el('footer', {},
      el('span', { class: 'by' }, app?.name),
      el('button', { type: 'button', class: 'press', 'data-focus': 'close', onclick: () => close(false) }, view.close ? textObject(view.close) : view.submit ? 'Cancel' : 'Close'),
      view.submit && el('button', { type: 'submit', class: 'press primary', 'data-focus': 'submit' }, textObject(view.submit))),
  ]
}

function draftOf(view) {
  if (!drafts.has(view.id)) drafts.set(view.id, new Map())
  return drafts.get(view.id)
}

/** What was changed in inputs, by block_id; the others hold what the workspace knows. */
function filled(view) {
  const draft = draftOf(view)
  return Object.fromEntries(view.blocks.filter((b) => b.type === 'input' && draft.has(b.block_id)).map((b) => [b.block_id, draft.get(b.block_id)]))
}

/** What an input holds, changed or not. */
const heldBy = (view, b) => draftOf(view).get(b.block_id) ?? valuesIn(view.values[b.block_id]?.[b.element.action_id])

async function submit(form) {
  const view = state.screen.modal
  if (!view || waiting) return
  const wrong = mistakes(form, view)
  if (Object.keys(wrong).length) {
    refuse(wrong)
    return
  }
  await attempt('submit', { view: view.id, filled: filled(view) })
}

/** What Slack's form refuses by itself, before the app sees it. */
function mistakes(form, view) {
  const wrong = {}
  for (const b of view.blocks.filter((block) => block.type === 'input')) {
    const control = form.querySelector(`[data-block="${CSS.escape(b.block_id)}"] :is(input, textarea)`)
    if (control && !control.checkValidity()) wrong[b.block_id] = control.validationMessage
    else if (!b.optional && !heldBy(view, b).length) wrong[b.block_id] = 'Please complete this required field.'
  }
  return wrong
}

function refuse(inputs, message = '') {
  errors = inputs
  trouble = message
  focusWrong = Object.keys(inputs).length > 0
  update()
}

async function attempt(deed, body) {
  waiting = true
  ;({ errors, trouble } = { errors: {}, trouble: '' })
  update()
  try {
    await act(deed, { as: state.as, ...body })
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    if (Object.keys(error.inputs).length) refuse(error.inputs)
    else refuse({}, sentence(error.message))
  } finally {
    waiting = false
    update()
  }
}

function press(element, values) {
  const view = state.screen.modal
  if (!view) return undefined
  return attempt('click-view', { view: view.id, action: element.action_id, values, filled: filled(view) })
}

const suggest = (element, query) => state.screen.modal && suggestions({ view: state.screen.modal.id, action: element.action_id, query })

async function upload(file) {
  try {
    return await act('upload', { as: state.as, file: await asAttached(file) })
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    refuse({}, sentence(error.message))
    return ''
  }
}

function close(cleared) {
  const view = state.screen.modal
  if (view && !waiting) attempt('close-view', { view: view.id, cleared: cleared && view.below > 0 })
}
