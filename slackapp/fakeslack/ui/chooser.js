// A menu in which several can be chosen: what is chosen stands as chips in front
// of a box that filters the list below, or asks for it.

import { el } from './dom.js'
import { icon } from './icons.js'

/**
 * Makes one. options are {value, text, about}; chosen are values; most limits their
 * number; with single, a choice takes the place of the one before; props go to the
 * box. onchange is called with the values after each change. find, where there is
 * one, is asked for the options that fit what is typed: {from, ask(query)}, from so
 * many characters on.
 */
export function chooser({ options, chosen, most = Infinity, single, placeholder, props, onchange, find }) {
  const id = `chooser-${Math.random().toString(36).slice(2)}`
  const values = new Set(chosen)
  let at = -1
  const box = el('input', { type: 'text', autocomplete: 'off', role: 'combobox', 'aria-controls': id, 'aria-expanded': 'false', ...props })
  const chips = el('span', { class: 'chips' })
  const list = el('ul', { class: 'choices', id, role: 'listbox', 'aria-multiselectable': 'true', hidden: true })
  const node = el('div', { class: 'chooser', onclick: () => box.focus() }, chips, box, list)

  let asked = 0 // the answer to an earlier question is of no use
  let found = []
  let nothing = 'Nothing is called so.'
  const known = new Map(options.map((o) => [o.value, o]))

  const fitting = () => (find ? found : options.filter((o) => o.text.toLowerCase().includes(box.value.trim().toLowerCase())))
  const look = async () => {
    const mine = ++asked
    const query = box.value.trim()
    found = []
    nothing = query.length < find.from ? `Type ${find.from === 1 ? 'a character' : `${find.from} characters`} or more.` : 'Looking…'
    if (query.length < find.from) return draw()
    draw()
    await new Promise((done) => { setTimeout(done, 150) })
    if (mine !== asked) return undefined
    const answer = await find.ask(query)
    if (mine !== asked) return undefined
    found = answer || []
    for (const o of found) known.set(o.value, o)
    nothing = answer ? 'Nothing is called so.' : 'The app gave no answer.'
    return draw()
  }
  const open = (yes) => {
    list.hidden = !yes
    box.setAttribute('aria-expanded', String(yes))
    if (!yes) at = -1
    draw()
    if (yes) list.scrollIntoView({ block: 'nearest' })
    if (yes && find) look()
  }
  const toggle = (value) => {
    if (values.has(value)) values.delete(value)
    else if (single) {
      values.clear()
      values.add(value)
    } else if (values.size >= most) return
    else values.add(value)
    box.value = ''
    if (single) open(false)
    draw()
    onchange([...values])
  }

  function draw() {
    box.placeholder = values.size ? '' : placeholder
    chips.replaceChildren(...[...values].map((value) => {
      const text = known.get(value)?.text || value
      return el('span', { class: 'chip' }, text,
        el('button', { type: 'button', tabindex: -1, 'aria-label': `Remove ${text}`, onclick: () => toggle(value) }, icon('close')))
    }))
    const fit = fitting()
    at = Math.min(at, fit.length - 1)
    list.replaceChildren(...fit.map((o, i) => el('li', {
      id: `${id}-${i}`, role: 'option', 'aria-selected': String(values.has(o.value)), class: i === at ? 'active' : null,
      'aria-disabled': !values.has(o.value) && values.size >= most && 'true',
      onmousedown: (event) => (event.preventDefault(), toggle(o.value)),
    }, el('span', { class: 'mark' }, values.has(o.value) && icon('check')), el('span', {}, o.text), el('span', { class: 'about' }, o.about))))
    if (!fit.length) list.append(el('li', { class: 'none' }, nothing))
    if (at >= 0) box.setAttribute('aria-activedescendant', `${id}-${at}`)
    else box.removeAttribute('aria-activedescendant')
    list.children[at]?.scrollIntoView({ block: 'nearest' })
  }

  box.addEventListener('focus', () => open(true))
  box.addEventListener('blur', () => open(false))
  box.addEventListener('input', () => {
    at = 0
    open(true)
  })
  box.addEventListener('keydown', (event) => {
    const fit = fitting()
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) {
      at = fit.length ? (at + step + fit.length) % fit.length : -1
      if (list.hidden) open(true)
      else draw()
    } else if (event.key === 'Enter' && !list.hidden && at >= 0) toggle(fit[at].value)
    else if (event.key === 'Escape' && !list.hidden) open(false)
    else if (event.key === 'Backspace' && !box.value && values.size) toggle([...values].at(-1))
    else return
    event.preventDefault()
    event.stopPropagation()
  })
  draw()
  return node
}
