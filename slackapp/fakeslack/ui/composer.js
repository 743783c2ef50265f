// The box in which one writes: in the channel, and in the thread.

import { attempt } from './deeds.js'
import { el, fill, sigOf } from './dom.js'
import { icon } from './icons.js'
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
    this.form = el('form', { class: 'composer', onsubmit: (e) => this.submit(e) }, this.box, this.sendButton)
    this.outside = el('div', { class: 'joining', hidden: true })
    this.suggest = suggestions(this.form, this.box)
    this.box.addEventListener('input', () => this.typed())
    this.box.addEventListener('keydown', (e) => this.key(e))
    root.append(this.form, this.outside)
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
    this.typed()
    this.suggest.close()
  }

  typed() {
    this.sendButton.disabled = !this.box.value.trim()
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
    if (!text) return
    const { where, at } = this
    this.box.value = ''
    drafts.delete(where)
    this.typed()
    this.suggest.close()
    const deed = /^\/[a-z]/i.test(text) ? 'command' : 'say'
    if ((await attempt(deed, { ...at, text }, at.thread)) || this.where !== where || this.box.value) return
    this.box.value = text // it was refused: nobody wants to type it again
    this.typed()
  }
}

function joining(room) {
  const join = () => attempt('join', {})
  return [
    el('span', {}, 'You are looking at ', el('strong', {}, `#${room.name}`), ' from outside.'),
    el('button', { type: 'button', class: 'press primary', onclick: join }, 'Join channel'),
  ]
}
