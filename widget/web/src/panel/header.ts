import { h, say } from '../dom/h'
import { downIcon, icon, menuIcon } from '../dom/icons'
import { createAvatar } from './avatar'
import type { Part, View } from './view'

// More faces would leave no room for the title.
const faces = 3

/** Title, who is there, the menu, and the way out. */
export interface Header extends Part {
  menu: HTMLButtonElement
}

export function createHeader({ shell, chat, t, named }: View, close: () => void, toggleMenu: () => void): Header {
  const avatars = h('div', { class: 'faces', 'aria-hidden': 'true' })
  const status = h('p', { class: 'status' })
  const menu = h('button', {
    class: 'square', type: 'button', 'aria-label': t('menu'), 'aria-expanded': 'false', click: toggleMenu,
  }, icon(menuIcon, 20))
  let shown = ''
  const element = h('header', { class: 'header', part: 'header' },
    avatars,
    h('div', { class: 'heading' }, h('h2', {}, t('title')), status),
    menu,
    h('button', { class: 'square', type: 'button', 'aria-label': t('close'), click: close }, icon(downIcon, 20)))

  return {
    element, menu,
    draw() {
      menu.hidden = !chat.exists
      const partners = chat.begun ? chat.partners() : []
      const there = (partners.length ? partners : chat.store.groups).some((group) => group.state === 'on')
      say(status, [t(there ? 'available' : 'away'), ...partners.map((group) => named(group).name)].join(' · '))
      status.classList.toggle('off', !there)

      const agents = chat.store.agents.slice(-faces)
      const now = JSON.stringify(agents)
      if (now === shown) return
      shown = now
      avatars.hidden = !agents.length
      avatars.replaceChildren(...agents.map((agent) => createAvatar(agent, shell.base)))
    },
  }
}
