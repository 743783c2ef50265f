// The Home tab of an app, as the app shows it to the person.

import { blocks } from './blocks.js'
import { attemptAside, suggestions } from './deeds.js'
import { el, fill, sigOf } from './dom.js'
import { chosenIn, valuesIn } from './elements.js'
import { avatar } from './people.js'
import { appOf, go, namesSig, personOf, state } from './state.js'

let opened = '' // by whom, and of which app: the app is told once for each visit

export function drawHome(root) {
  const app = appOf(state.home)
  root.hidden = !app
  if (!app) {
    opened = ''
    return
  }
  const { screen } = state
  const ready = screen.home_of === state.home && screen.me === state.as
  if (ready && opened !== `${state.as} ${state.home}`) {
    opened = `${state.as} ${state.home}`
    attemptAside('open-home', { app: app.id })
  }
  const view = ready ? screen.home : null
  const messages = screen.channels.find((c) => c.direct && c.members.length === 2 && c.members.includes(app.bot))
  fill(root, sigOf(app, view?.id, view?.hash, ready, messages?.id, state.as, namesSig()), () => [
    el('header', { class: 'bar' },
      el('h1', {}, avatar(app.bot, app.name), el('span', {}, app.name), el('span', { class: 'tag' }, 'app')),
      el('div', { class: 'tabs' },
        el('span', { 'aria-current': 'page' }, 'Home'),
        messages && el('button', {
          type: 'button', 'data-focus': 'messages',
          onclick: () => {
            attemptAside('open-messages', { app: app.id })
            go({ channel: messages.id })
          },
        }, 'Messages'))),
    el('div', { class: 'list home', tabindex: 0 }, el('div', { class: 'content' }, view ? published(view) : nothingYet(app, ready))),
  ])
}

function published(view) {
  if (!view.blocks?.length) return el('p', { class: 'nothing' }, 'The app shows an empty page.')
  const held = (block, element) => view.values[block.block_id]?.[element.action_id] && valuesIn(view.values[block.block_id][element.action_id])
  const press = (element, values) => attemptAside('click-home', { app: view.app, action: element.action_id, values })
  const suggest = (element, query) => suggestions({ app: view.app, action: element.action_id, query })
  return blocks(view.blocks, { press, held, suggest, chosen: chosenIn(view) })
}

const nothingYet = (app, ready) => el('p', { class: 'nothing' },
  el('strong', {}, ready ? 'Nothing is here yet.' : 'Opening…'),
  ready && `${app.name} has been told that ${personOf(state.as)?.real} looks here, and has published nothing so far.`)
