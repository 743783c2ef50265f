import type { Ev } from '../core/frames'
import { h } from '../dom/h'
import type { Start } from '../loader/shell'
import { createAttach } from './attach'
import { createBanner } from './banner'
import { createChooser } from './chooser'
import { createComposer } from './composer'
import { lazyExtras } from './extras'
import { createHeader } from './header'
import { createLog } from './log'
import { phoneMode } from './phone'
import type { View } from './view'

/** The dialog in one language. */
export interface InnerPanel {
  draw(): void
  open(start?: Start): void
  close(): void
  replied(event: Ev): void
  /** Its host was moved, which loses scroll positions. */
  moved(): void
  /** Says for the visitor whether they agree to be asked no more. */
  agree(given: boolean): void
  /** Takes the conversation out of this browser. */
  reset(): void
  /** Goes, so that another one can take its place. */
  leave(): Left
}

/** What the visitor has before them in a panel that another one takes the place of. */
interface Left extends Start { focused: boolean }

/** The header, and below it the question or the conversation; left is of the panel before. */
export function createPanel(view: View, left?: Left): InnerPanel {
  const { shell, chat, t } = view
  const { launcher, emit } = shell
  const header = createHeader(view, close, () => void extras.get().then((more) => (more ? more.toggleMenu() : view.announce(t('failed')))))
  const banner = createBanner(view)
  const log = createLog(view)
  // One for both, so that what was attached to the question is sent in the conversation.
  const files = createAttach(view, draw)
  const composer = createComposer(view, files, log.toEnd)
  const chooser = createChooser(view, files, turned)
  // Where the site wants the visitor to agree first, this stands in the place of all else.
  const gate = h('div', { class: 'gate' })
  const foot = h('div', { class: 'foot' })
  const talk = h('div', { class: 'chat' }, log.element, foot, composer.element)
  const element = h('section', {
    class: 'panel', part: 'panel', role: 'dialog', 'aria-label': t('title'), hidden: true,
  }, header.element, banner.element, gate, chooser.element, talk)
  const extras = lazyExtras(view, { header: header.element, menu: header.menu, foot, turned }, (form) => {
    chooser.element.after(form)
    draw()
  })
  files.over(element)
  const phone = phoneMode(shell.host, element)
  let unread = -1
  let partners = ''
  let away = false

  shell.stage.prepend(element)
  shell.stage.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.isComposing && element.isConnected) close()
  })
  // The page's own shortcuts are not meant for what is typed here.
  for (const type of ['keydown', 'keypress', 'keyup']) shell.stage.addEventListener(type, (event) => event.stopPropagation())

  const nobody = () => chat.store.groups.every(({ state }) => state === 'off')

  function draw(): void {
    const begun = chat.begun
    const formed = offline(begun)
    chooser.element.hidden = begun || formed
    talk.hidden = !begun
    for (const part of [header, banner, begun ? log : chooser]) part.draw()
    if (begun) composer.draw()
    see()
    extras.draw()
    tell()
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
    const away = !begun && groups.length > 0 && nobody()
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

  /** Tells the page with whom the visitor talks, and whether anybody is there, once that changes. */
  function tell(): void {
    const groups = chat.partners().map(({ id }) => id)
    if (partners !== (partners = String(groups))) emit('group', groups)
    if (away !== (away = nobody())) emit('offline', away)
  }

  /** Marks as read what is really before the visitor's eyes. */
  function see(): void {
    if (launcher.isOpen() && !document.hidden && log.atEnd()) chat.seen()
  }

  function name(): void {
    const away = nobody() && !chat.begun
    const label = launcher.isOpen() ? t('close') : unread > 0 ? t('openUnread', { n: unread }) : t(away ? 'leave' : 'open')
    launcher.badge(launcher.isOpen() ? 0 : unread, label)
  }

  function open(start: Start = {}): void {
    const wasOpen = launcher.isOpen()
    element.hidden = false
    launcher.setOpen(true)
    // The page knows better than the site what it asks elsewhere. Whoever has a conversation has agreed before.
    const { consent = shell.config.consent } = shell.data
    const asks = !!consent && !chat.exists
    element.classList.toggle('gated', asks)
    if (asks) ask(start)
    else chat.open()
    draw()
    name()
    if (!asks) {
      if (chat.begun) composer.prefill(start)
      else chooser.prefill(start)
      focus()
    }
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

  function ask(start: Start): void {
    view.more().then(({ askConsent }) => askConsent(view, gate, () => {
      Object.assign(shell.data, { consent: '' })
      open(start)
    }), () => gate.replaceChildren(t('failed')))
  }

  function agree(given: boolean): void {
    Object.assign(shell.data, { consent: given ? '' : 'required' })
    if (!given) reset()
    else if (launcher.isOpen()) open()
  }

  function leave(): Left {
    const form = extras.now()?.form.element
    const part = chat.begun ? composer.element : form && !form.hidden ? form : chooser.element
    const text = part.querySelector('textarea')!.value
    const group = chooser.group()
    const focused = element.contains(shell.root.activeElement)
    phone.leave()
    element.remove()
    return { focused, text, ...(group && { group }) }
  }

  function reset(): void {
    close()
    files.clear()
    composer.clear()
    chooser.clear()
    extras.now()?.form.clear()
    chat.reset()
  }

  if (left) {
    draw()
    ;(chat.begun ? composer : chooser).prefill(left)
    element.hidden = !launcher.isOpen()
    if (!element.hidden) phone.enter()
    if (left.focused) focus()
  }

  return {
    draw, open, close, agree, reset, leave,
    replied: (event) => void extras.get().then((more) => more?.replied(event)),
    moved: () => log.restore(),
  }
}
