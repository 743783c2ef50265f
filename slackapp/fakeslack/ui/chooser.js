// A menu in which several can be chosen: what is chosen stands as chips in front
// of a box that filters the list below.

import { el } from './dom.js'
import { icon } from './icons.js'

/**
 * Makes one. options are {value, text, about}; chosen are values; most limits their
 * number; props go to the box. onchange is called with the values after each change.
 */
export function chooser({ options, chosen, most = Infinity, placeholder, props, onchange }) {
  const id = `chooser-${Math.random().toString(36).slice(2)}`
  const values = new Set(chosen)
  let at = -1
  const box = el('input', { type: 'text', autocomplete: 'off', role: 'combobox', 'aria-controls': id, 'aria-expanded': 'false', ...props })
  const chips = el('span', { class: 'chips' })
  const list = el('ul', { class: 'choices', id, role: 'listbox', 'aria-multiselectable': 'true', hidden: true })
  const node = el('div', { class: 'chooser', onclick: () => box.focus() }, chips, box, list)

  const fitting = () => options.filter((o) => o.text.toLowerCase().includes(box.value.trim().toLowerCase()))
  const open = (yes) => {
    list.hidden = !yes
    box.setAttribute('aria-expanded', String(yes))
    if (!yes) at = -1
    draw()
    if (yes) list.scrollIntoView({ block: 'nearest' })
  }
  const toggle = (value) => {
    if (values.has(value)) values.delete(value)
    else if (values.size >= most) return
    else values.add(value)
    box.value = ''
    draw()
    onchange([...values])
  }

  function draw() {
    box.placeholder = values.size ? '' : placeholder
    chips.replaceChildren(...[...values].map((value) => {
      const text = options.find((o) => o.value === value)?.text || value
      return el('span', { class: 'chip' }, text,
        el('button', { type: 'button', tabindex: -1, 'aria-label': `Remove ${text}`, onclick: () => toggle(value) }, icon('close')))
    }))
    const found = fitting()
    at = Math.min(at, found.length - 1)
    list.replaceChildren(...found.map((o, i) => el('li', {
      id: `${id}-${i}`, role: 'option', 'aria-selected': String(values.has(o.value)), class: i === at ? 'active' : null,
      'aria-disabled': !values.has(o.value) && values.size >= most && 'true',
      onmousedown: (event) => (event.preventDefault(), toggle(o.value)),
    }, el('span', { class: 'mark' }, values.has(o.value) && icon('check')), el('span', {}, o.text), el('span', { class: 'about' }, o.about))))
    if (!found.length) list.append(el('li', { class: 'none' }, 'Nothing is called so.'))
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
    const found = fitting()
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) {
      at = found.length ? (at + step + found.length) % found.length : -1
      open(true)
    } else if (event.key === 'Enter' && !list.hidden && at >= 0) toggle(found[at].value)
    else if (event.key === 'Escape' && !list.hidden) open(false)
    else if (event.key === 'Backspace' && !box.value && values.size) toggle([...values].at(-1))
    else return
    event.preventDefault()
    event.stopPropagation()
  })
  draw()
  return node
}
