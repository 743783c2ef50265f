// What one may mean while typing "@", "#" or "/": a list above the box.

import { el } from './dom.js'
import { avatar } from './people.js'
import { icon } from './icons.js'
import { state } from './state.js'

const atMost = 7

/** Offers names for what is typed into box, in a list within form. Returns {close}. */
export function suggestions(form, box) {
  const id = `suggest-${Math.random().toString(36).slice(2)}`
  const list = el('ul', { class: 'suggest', role: 'listbox', id, 'aria-label': 'Suggestions', hidden: true })
  form.append(list)
  for (const [name, value] of Object.entries({ role: 'combobox', 'aria-autocomplete': 'list', 'aria-controls': id, 'aria-expanded': 'false' })) {
    box.setAttribute(name, value)
  }
  let found = []
  let chosen = 0

  const close = () => show([])
  const show = (options) => {
    found = options
    chosen = 0
    list.hidden = !found.length
    box.setAttribute('aria-expanded', String(found.length > 0))
    draw()
  }
  const draw = () => {
    list.replaceChildren(...found.map((o, i) => el('li', {
      role: 'option', id: `${id}-${i}`, 'aria-selected': String(i === chosen),
      onmousedown: (e) => (e.preventDefault(), take(o)),
    }, o.sign(), el('strong', {}, o.mark + o.name), el('span', {}, o.about))))
    if (found.length) box.setAttribute('aria-activedescendant', `${id}-${chosen}`)
    else box.removeAttribute('aria-activedescendant')
  }
  const take = (option) => {
    const { start } = wordAt(box)
    box.setRangeText(`${option.mark}${option.name} `, start, box.selectionStart, 'end')
    box.dispatchEvent(new Event('input'))
  }

  box.addEventListener('input', () => show(options(wordAt(box))))
  box.addEventListener('blur', close)
  box.addEventListener('keydown', (event) => {
    if (!found.length) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) {
      chosen = (chosen + step + found.length) % found.length
      draw()
    } else if (event.key === 'Escape') close()
    else if (event.key === 'Tab' || (event.key === 'Enter' && !isWhole(wordAt(box)))) take(found[chosen])
    else return
    event.preventDefault()
    event.stopPropagation()
  })
  return { close }
}

/** The word before the cursor. */
function wordAt(box) {
  const before = box.value.slice(0, box.selectionStart)
  const [word] = /\S*$/.exec(before)
  return { word, start: before.length - word.length }
}

// A name that is there in full needs no completion: Enter sends.
const isWhole = ({ word, start }) => options({ word, start }).some((o) => o.mark + o.name === word.toLowerCase())

function options({ word, start }) {
  const mark = word[0]
  const rest = word.slice(1).toLowerCase()
  const all = { '@': mentionable, '#': channels, '/': () => (start === 0 ? commands() : []) }[mark]
  if (!all) return []
  const fits = (o) => o.name.startsWith(rest) || o.real?.toLowerCase().split(' ').some((w) => w.startsWith(rest))
  return all().filter(fits).slice(0, atMost).map((o) => ({ mark, ...o }))
}

const mentionable = () => [
  ...state.screen.people.filter((p) => !p.deleted).map((p) => ({ name: p.name, about: p.real, real: p.real, sign: () => avatar(p.id, p.real) })),
  ...state.screen.groups.filter((g) => !g.disabled).map((g) => ({ name: g.handle, about: `${g.name} · ${g.members.length} people`, sign: () => icon('bell') })),
  { name: 'here', about: 'everybody active in this channel', sign: () => icon('bell') },
  { name: 'channel', about: 'everybody in this channel', sign: () => icon('bell') },
]

const channels = () =>
  state.screen.channels.filter((c) => !c.direct).map((c) => ({ name: c.name, about: c.topic || '', sign: () => icon(c.private ? 'lock' : 'hash') }))

const commands = () => [
  ...state.screen.commands.map((name) => ({ name: name.slice(1), about: 'a command of an app', sign: () => icon('send') })),
  { name: 'invite', about: 'somebody into this channel', sign: () => icon('send') },
]
