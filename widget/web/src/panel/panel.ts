import type { Ev } from '../core/frames'
import { h } from '../dom/h'
import type { Panel } from '../loader/shell'
import { createBanner } from './banner'
import { createChooser } from './chooser'
import { createComposer } from './composer'
import { lazyExtras } from './extras'
import { createHeader } from './header'
import { createLog } from './log'
import { phoneMode } from './phone'
import type { View } from './view'

/** The dialog: the header, and below it the question or the conversation. */
export function createPanel(view: View): Panel & { draw(): void; replied(event: Ev): void } {
  const { shell, chat, t } = view
  const { launcher, emit } = shell
  const header = createHeader(view, close, () => void extras.get().then((more) => (more ? more.toggleMenu() : view.announce(t('failed')))))
  const banner = createBanner(view)
  const log = createLog(view)
  const composer = createComposer(view, log.toEnd)
  const chooser = createChooser(view, turned)
  const foot = h('div', { class: 'foot' })
  const talk = h('div', { class: 'chat' }, log.element, foot, composer.element)
  composer.files.over(talk)
  const element = h('section', {
    class: 'panel', part: 'panel', role: 'dialog', 'aria-label': t('title'), hidden: true,
  }, header.element, banner.element, chooser.element, talk)
  const extras = lazyExtras(view, { header: header.element, menu: header.menu, foot, turned }, (form) => {
    chooser.element.after(form)
    draw()
  })
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
    const formed = offline(begun)
    chooser.element.hidden = begun || formed
    talk.hidden = !begun
    for (const part of [header, banner, begun ? log : chooser]) part.draw()
    if (begun) composer.draw()
    see()
    extras.draw()
    const count = chat.store.unread()
    if (count === unread) return
    if (unread >= 0 || count) emit('unread', count)
    unread = count
    name()
  }

  /** Whether the form for absence stands in the question's place: nobody is there, and nothing is written yet. */
  function offline(begun: boolean): boolean {
    const { groups } = chat.store
    const form = extras.now()?.form
    const away = !begun && groups.length > 0 && groups.every(({ state }) => state === 'off')
    if (away && launcher.isOpen()) extras.want()
    if (!form) return false
    const shown = !form.element.hidden
    const formed = !begun && (shown ? away || form.used() : away && chooser.untouched())
    if (formed && !shown) {
      const focused = chooser.element.contains(shell.root.activeElement)
      form.element.hidden = false
      form.choose(chooser.group())
      if (focused) form.focus()
    }
    form.element.hidden = !formed
    return formed
  }

  function turned(): void {
    draw()
    focus()
  }

  function focus(): void {
    if (chat.begun) composer.focus()
    else if (chooser.element.hidden) extras.now()?.form.focus()
    else chooser.focus()
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
    focus()
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
    replied: (event) => void extras.get().then((more) => more?.replied(event)),
    set: (profile) => chat.introduce(profile),
    reset() {
      close()
      composer.clear()
      chooser.clear()
      extras.now()?.form.clear()
      chat.reset()
    },
    moved: () => log.restore(),
  }
}
