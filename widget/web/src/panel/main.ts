import { Chat } from '../core/chat'
import { realClock } from '../core/clock'
import { openArea, SiteStorage } from '../core/storage'
import { joinTabs } from '../core/tabs'
import { dialLater } from '../core/transport-later'
import { dialWebSocket } from '../core/transport-ws'
import { formats } from '../i18n/formats'
import { isRightToLeft } from '../i18n/language'
import { findVoice } from '../i18n/voice'
import { fetchWords } from '../i18n/words'
import type { Panel, Shell } from '../loader/shell'
import chooserStyle from '../style/chooser.css'
import composerStyle from '../style/composer.css'
import logStyle from '../style/log.css'
import panelStyle from '../style/panel.css'
import { adopt } from '../style/sheet'
import tokens from '../style/tokens.css'
import { announcer } from './announcer'
import { followPage } from './lifecycle'
import { moreChunk } from './more'
import { createPanel, type InnerPanel } from './panel'
import type { View } from './view'

/**
 * Builds the panel, closed, in the visitor's language, and connects where there is
 * a conversation. Called once, by the loader.
 */
export async function mount(shell: Shell): Promise<Panel> {
  const { config, base, host, root, emit } = shell
  const announce = announcer(shell.stage)
  let panel: InnerPanel
  let view: View
  adopt(root, tokens, panelStyle, chooserStyle, logStyle, composerStyle)

  // The core reports each change as it happens; the screen follows once a frame.
  let due: ReturnType<typeof setTimeout> | undefined
  const draw = () => {
    if (due) return
    const run = () => {
      clearTimeout(due)
      due = undefined
      panel.draw()
    }
    // A tab out of sight has no frames, but its badge and its announcements go on.
    due = setTimeout(run, 100)
    if (!document.hidden) requestAnimationFrame(() => due && run())
  }
  const more = moreChunk(base)
  const chat = new Chat({
    site: config.site,
    groups: config.groups,
    storage: new SiteStorage(config.site, openArea('localStorage'), openArea('sessionStorage')),
    dial: { ws: dialWebSocket(base.replace(/^http/, 'ws') + 'ws'), poll: dialLater(async () => (await more()).dialPoll(base + 'poll')) },
    history: async (...page) => (await more()).historyOf(base, config.site)(...page),
    clock: realClock,
    random: Math.random,
    // One of its kind in its conversation, no more. crypto.randomUUID, which browsers have
    // on https pages alone, would lose the words that are written on others.
    newId: () => Math.random().toString(36).slice(2),
    page: () => ({
      lang: shell.language,
      tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
      url: location.href.slice(0, 2000),
      title: document.title.slice(0, 200),
      ...(document.referrer && { ref: document.referrer.slice(0, 2000) }),
    }),
    tabs: (heard) => joinTabs(config.site, heard),
    changed: draw,
    replied(event) {
      const { id, by, body = '', at } = event
      const name = by.name ?? ''
      if (document.hidden || !shell.launcher.isOpen()) panel.replied(event)
      if (!shell.launcher.isOpen()) announce(name ? view.t('replyFrom', { name }) : view.t('reply'))
      emit('message', { id, name, body, at })
    },
    sent: (id) => emit('sent', { id }),
    failed: (code) => emit('error', { code }),
  })
  const speak = async (wanted: string) => {
    const { locale, t, named } = await findVoice(wanted, config, fetchWords(base))
    const left = panel?.leave()
    host.lang = locale
    host.dir = isRightToLeft(locale) ? 'rtl' : 'ltr'
    view = { shell, chat, t, named, formats: formats(locale), announce, more, speak }
    panel = createPanel(view, left)
    draw()
  }
  await speak(shell.locale)
  followPage(chat, shell.root, draw)
  if (config.greet) void more().then((more) => more.greet(view), () => {})
  // One after the other, in the order of the page.
  let calls: Promise<unknown> = Promise.resolve()
  return {
    open: (start) => panel.open(start),
    close: () => panel.close(),
    moved: () => panel.moved(),
    call: (...call) => void (calls = calls.then(more).then(({ answerCall }) => answerCall(view, panel, call)).catch(() => {})),
  }
}
