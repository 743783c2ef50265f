// The box in which one writes: in the channel, and in the thread.

import { attempt, attemptAside } from './deeds.js'
import { el, fill, sigOf } from './dom.js'
import { asAttached, size } from './files.js'
import { icon } from './icons.js'
import { menu } from './menu.js'
import { channelName, channelOf, placeOf, state } from './state.js'
import { suggestions } from './suggest.js'

const drafts = new Map() // who and where -> what was typed and not sent

/** Makes the box of a pane; inThread says whether it writes to the open thread. */
export class Composer {
  constructor(root, inThread) {
    this.inThread = inThread
    this.where = null
    this.box = el('textarea', { rows: 1, autocomplete: 'off', 'data-focus': 'box' })
    this.sendButton = el('button', { type: 'submit', class: 'send', 'aria-label': 'Send', disabled: true }, icon('send'))
    this.files = []
    this.picker = el('input', { type: 'file', multiple: true, hidden: true, onchange: () => this.attach(this.picker.files) })
    this.attached = el('ul', { class: 'attached', hidden: true })
    this.also = el('input', { type: 'checkbox', 'data-focus': 'also' })
    this.alsoLabel = el('label', { class: 'also-send', hidden: !inThread }, this.also, el('span', {}))
    const clip = el('button', { type: 'button', class: 'icon-button clip', 'aria-label': 'Attach files', title: 'Attach files', onclick: () => this.picker.click() }, icon('clip'))
    this.shortcuts = el('button', {
      type: 'button', class: 'icon-button clip', 'aria-label': 'Shortcuts of apps', title: 'Shortcuts of apps', 'aria-haspopup': 'menu',
      onclick: () => menu(this.shortcuts, globalShortcuts()),
    }, icon('bolt'))
    this.form = el('form', { class: 'composer', onsubmit: (e) => this.submit(e) }, this.attached, clip, this.shortcuts, this.box, this.sendButton, this.picker)
    this.outside = el('div', { class: 'joining', hidden: true })
    this.suggest = suggestions(this.form, this.box)
    this.box.addEventListener('input', () => this.typed())
    this.box.addEventListener('keydown', (e) => this.key(e))
    this.form.addEventListener('paste', (e) => this.attach(e.clipboardData.files))
    this.form.addEventListener('dragover', (e) => e.preventDefault())
    this.form.addEventListener('drop', (e) => (e.preventDefault(), this.attach(e.dataTransfer.files)))
    root.append(this.form, this.alsoLabel, this.outside)
  }

  draw() {
    const room = channelOf(state.channel)
    const thread = this.inThread ? state.thread : ''
    this.at = { as: state.as, channel: state.channel, thread }
    const label = this.inThread ? 'Reply…' : `Message ${room?.direct ? '' : '#'}${channelName(room)}`
    this.box.placeholder = label
    this.box.setAttribute('aria-label', this.inThread ? 'Reply in the thread' : label)
    const may = room?.member && !room.archived
    this.form.hidden = !may
    this.shortcuts.hidden = this.inThread || !globalShortcuts().length
    this.alsoLabel.hidden = !may || !this.inThread
    this.alsoLabel.lastChild.textContent = `Also send to ${room?.direct ? 'the conversation' : `#${room?.name}`}`
    this.outside.hidden = Boolean(may)
    this.swapDraft(`${state.as} ${placeOf(state.channel, thread)}`)
    this.fit()
    fill(this.outside, sigOf(room, state.as), () => room && (room.archived ? 'This channel is archived.' : joining(room)))
  }

  focus() {
    this.box.focus({ preventScroll: true })
  }

  swapDraft(where) {
    if (where === this.where) return
    if (this.where !== null) drafts.set(this.where, this.box.value)
    this.where = where
    this.box.value = drafts.get(where) || ''
    this.hold([])
    this.suggest.close()
  }

  attach(files) {
    this.hold([...this.files, ...files])
    this.picker.value = ''
    if (files.length) this.focus()
  }

  hold(files) {
    this.files = files
    this.attached.hidden = !files.length
    this.attached.replaceChildren(...files.map((f) => el('li', {}, icon('clip'), el('span', {}, f.name), el('small', {}, size(f.size)),
      el('button', { type: 'button', 'aria-label': `Remove ${f.name}`, onclick: () => this.hold(this.files.filter((o) => o !== f)) }, icon('close')))))
    this.typed()
  }

  typed() {
    this.sendButton.disabled = !this.box.value.trim() && !this.files.length
    this.fit()
  }

  // As high as what is in it. Without a place on the page there is nothing to measure.
  fit() {
    const sig = sigOf(this.box.value, this.box.clientWidth)
    if (sig === this.fitted || !this.box.clientWidth) return
    this.fitted = sig
    this.box.style.height = 'auto'
    this.box.style.height = `${Math.min(this.box.scrollHeight, 180)}px`
  }

  key(event) {
    if (event.defaultPrevented || event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    this.submit(event)
  }

  async submit(event) {
    event.preventDefault()
    const text = this.box.value.trim()
    const { where, at, files } = this
    if (!text && !files.length) return
    this.box.value = ''
    drafts.delete(where)
    this.typed()
    this.suggest.close()
    if ((await this.send(at, text, files)) || this.where !== where || this.box.value) return
    this.box.value = text // it was refused: nobody wants to type it again
    this.hold(files)
  }

  async send(at, text, files) {
    if (/^\/[a-z]/i.test(text) && !files.length) return attempt('command', { ...at, text }, at.thread)
    const broadcast = this.inThread && this.also.checked
    this.also.checked = false
    this.hold([])
    return attempt('say', { ...at, text, broadcast, files: await Promise.all(files.map(asAttached)) }, at.thread)
  }
}

/** What apps offer everywhere, as entries of a menu. */
const globalShortcuts = () => state.screen.apps.flatMap((app) => (app.global || []).map((s) => ({
  name: s.callback, label: s.name, about: app.name, run: () => attemptAside('global', { callback: s.callback }),
})))

function joining(room) {
  const join = () => attempt('join', {})
  return [
    el('span', {}, 'You are looking at ', el('strong', {}, `#${room.name}`), ' from outside.'),
    el('button', { type: 'button', class: 'press primary', onclick: join }, 'Join channel'),
  ]
}
