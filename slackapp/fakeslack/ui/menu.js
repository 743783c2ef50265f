// What opens beside a button: a list of things to do, or a field of emoji. There
// is one at a time; Escape and a click elsewhere close it.

import { el } from './dom.js'

const popover = () => document.getElementById('popover')

/** Opens beside anchor what build makes; returns what closes it. */
export function popUp(anchor, className, ...content) {
  const box = popover()
  if (box.matches(':popover-open')) box.hidePopover()
  box.className = className
  box.replaceChildren(...content)
  // In a modal, only what is inside of it can be used.
  const home = anchor.closest('dialog') || document.body
  if (box.parentElement !== home) home.append(box)
  anchor.setAttribute('aria-expanded', 'true') // what holds the anchor may hide it otherwise
  box.addEventListener('beforetoggle', function closing(event) {
    if (event.newState === 'open') return
    box.removeEventListener('beforetoggle', closing)
    anchor.setAttribute('aria-expanded', 'false')
  })
  box.showPopover()
  place(box, anchor.getBoundingClientRect(), anchor.closest('main, aside')?.getBoundingClientRect().left ?? 0)
  return () => {
    const inside = box.contains(document.activeElement)
    box.hidePopover()
    if (!inside || !anchor.isConnected) return
    anchor.closest('[tabindex]')?.focus({ preventScroll: true }) // some anchors can be reached only then
    anchor.focus({ preventScroll: true })
  }
}

// Below the anchor, or above where there is no room; never beyond the edges, nor to
// the left of the pane.
function place(box, near, paneLeft) {
  const { offsetWidth: w, offsetHeight: h } = box
  const below = near.bottom + 4
  box.style.top = `${below + h < innerHeight - 8 ? below : Math.max(8, near.top - h - 4)}px`
  box.style.left = `${Math.min(Math.max(paneLeft + 8, near.right - w), Math.max(8, innerWidth - w - 8))}px`
}

/** Opens a list of {label, about, danger, run} beside anchor; a string among them is a heading. */
export function menu(anchor, entries) {
  const list = el('div', { role: 'menu' }, entries.map((entry) => {
    if (typeof entry === 'string') return el('div', { class: 'heading', role: 'presentation' }, entry)
    return el('button', {
      type: 'button', role: 'menuitem', class: entry.danger ? 'danger' : null, 'data-entry': entry.name,
      onclick: () => {
        close()
        entry.run()
      },
    }, el('span', {}, entry.label), entry.about && el('span', { class: 'about' }, entry.about))
  }))
  const close = popUp(anchor, 'menu', list)
  walk(list, close, { ArrowDown: 1, ArrowUp: -1 })
}

/** Lets the arrow keys go through the buttons of a popover. */
export function walk(list, close, steps) {
  const all = [...list.querySelectorAll('button')]
  all[0]?.focus({ preventScroll: true })
  list.addEventListener('keydown', (event) => {
    const step = steps[event.key]
    if (step) all.at((all.indexOf(document.activeElement) + step) % all.length)?.focus()
    else if (event.key === 'Escape' || event.key === 'Tab') close()
    else return
    event.preventDefault()
    event.stopPropagation()
  })
}
