import { h } from '../dom/h'
import type { Panel } from '../loader/shell'
import { createBanner } from './banner'
import { createChooser } from './chooser'
import { createComposer } from './composer'
import { createHeader } from './header'
import { createLog } from './log'
import { phoneMode } from './phone'
import type { View } from './view'

/** The dialog: the header, and below it the question or the conversation. */
export function createPanel(view: View): Panel & { draw(): void } {
  const { shell, chat, t } = view
  const { launcher, emit } = shell
  const header = createHeader(view, close)
  const banner = createBanner(view)
  const log = createLog(view)
  const composer = createComposer(view, log.toEnd)
  const chooser = createChooser(view, () => {
    draw()
    composer.focus()
  })
  const talk = h('div', { class: 'chat' }, log.element, composer.element)
  composer.files.over(talk)
  const element = h('section', {
    class: 'panel', part: 'panel', role: 'dialog', 'aria-label': t('title'), hidden: true,
  }, header.element, banner.element, chooser.element, talk)
  const phone = phoneMode(shell.host, element)
  let unread = -1

  shell.stage.prepend(element)
  shell.stage.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.isComposing) close()
  })
  // The page's own shortcuts are not meant for what is typed here.
  for (const type of ['keydown', 'keypress', 'keyup']) shell.stage.addEventListener(type, (event) => event.stopPropagation())

  function draw(): void {
    const begun = chat.begun
    chooser.element.hidden = begun
    talk.hidden = !begun
    for (const part of [header, banner, begun ? log : chooser]) part.draw()
    if (begun) composer.draw()
    see()
    const count = chat.store.unread()
    if (count === unread) return
    if (unread >= 0 || count) emit('unread', count)
    unread = count
    name()
  }

  /** Marks as read what is really before the visitor's eyes. */
  function see(): void {
    if (launcher.isOpen() && !document.hidden && log.atEnd()) chat.seen()
  }

  function name(): void {
    const away = chat.store.groups.every(({ state }) => state === 'off') && !chat.begun
    const label = launcher.isOpen() ? t('close') : unread > 0 ? t('openUnread', { n: unread }) : t(away ? 'leave' : 'open')
    launcher.badge(launcher.isOpen() ? 0 : unread, label)
  }

  function open(start: { group?: string; text?: string; send?: boolean } = {}): void {
    const wasOpen = launcher.isOpen()
    element.hidden = false
    launcher.setOpen(true)
    chat.open()
    draw()
    name()
    if (chat.begun) composer.prefill(start)
    else chooser.prefill(start)
    if (chat.begun) composer.focus()
    else chooser.focus()
    if (wasOpen) return
    log.toEnd()
    phone.enter()
    emit('open')
  }

  function close(): void {
    if (!launcher.isOpen()) return
    const hadFocus = element.contains(shell.root.activeElement)
    element.hidden = true
    launcher.setOpen(false)
    chat.close()
    phone.leave()
    name()
    if (hadFocus) launcher.element.focus()
    emit('close')
  }

  return {
    draw, open, close,
    set: (profile) => chat.introduce(profile),
    reset() {
      close()
      composer.clear()
      chooser.clear()
      chat.reset()
    },
    moved: () => log.restore(),
  }
}
