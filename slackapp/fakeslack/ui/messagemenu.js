// The menu of a message, and the field of emoji to react with.

import { attempt } from './deeds.js'
import { el } from './dom.js'
import { emoji, reactionNames } from './emoji.js'
import { menu, popUp, walk } from './menu.js'
import { state } from './state.js'

/** Opens the menu of m: {edit, remove} where the person may, and the shortcuts of apps. */
export function openMessageMenu(anchor, m, { edit, remove, thread }) {
  const shortcuts = state.screen.apps.flatMap((app) => (app.shortcuts || []).map((s) => ({
    name: s.callback, label: s.name, about: app.name,
    run: () => attempt('shortcut', { ts: m.ts, callback: s.callback }, thread),
  })))
  menu(anchor, [
    edit && { name: 'edit', label: 'Edit message', run: edit },
    remove && { name: 'delete', label: 'Delete message…', danger: true, run: remove },
    'Shortcuts of apps',
    ...(shortcuts.length ? shortcuts : [{ name: 'none', label: 'No app has one', about: '', run() {} }]),
  ].filter(Boolean))
}

/** Opens the emoji beside anchor and calls choose with the name of one. */
export function pickEmoji(anchor, choose) {
  const field = el('div', { class: 'emoji-field' }, reactionNames.map((name) =>
    el('button', {
      type: 'button', title: `:${name}:`, 'aria-label': name, 'data-emoji': name,
      onclick: () => {
        close()
        choose(name)
      },
    }, emoji(name))))
  const close = popUp(anchor, 'emojis', field)
  walk(field, close, { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 7, ArrowUp: -7 })
}
