// Changing what one has said.

import { attempt } from './deeds.js'
import { el } from './dom.js'
import { channelOf, personOf, state, update } from './state.js'

/** A box with the text of m in the place of m; Enter saves, Escape leaves it as it was. */
export function editor(m) {
  const box = el('textarea', { rows: 2, 'aria-label': 'Edit message', 'data-focus': 'edit' })
  box.value = asTyped(m.text)
  const stop = () => update({ editing: '' })
  const save = async () => {
    const text = box.value.trim()
    if (!text) return
    const thread = m.thread_ts && m.thread_ts === state.thread ? state.thread : ''
    if (await attempt('edit', { ts: m.ts, text }, thread)) stop()
  }
  box.addEventListener('keydown', (event) => {
    const enter = event.key === 'Enter' && !event.shiftKey && !event.isComposing
    if (!enter && event.key !== 'Escape') return
    event.preventDefault()
    event.stopPropagation()
    if (enter) save()
    else stop()
  })
  queueMicrotask(() => box.focus())
  return el('div', { class: 'editing' }, box,
    el('div', { class: 'actions' },
      el('button', { type: 'button', class: 'press', onclick: stop }, 'Cancel'),
      el('button', { type: 'button', class: 'press primary', onclick: save }, 'Save')))
}

/** An escaped text as somebody would type it. */
function asTyped(source) {
  const typed = source.replace(/<([^<>|]+)(?:\|([^<>]*))?>/g, (_, what, label) => {
    if (what.startsWith('@')) return `@${personOf(what.slice(1))?.name || label}`
    if (what.startsWith('#')) return `#${channelOf(what.slice(1))?.name || label}`
    if (what.startsWith('!subteam^')) return label
    return what.startsWith('!') ? `@${what.slice(1)}` : what
  })
  return typed.replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: '<', gt: '>', amp: '&' })[name])
}
