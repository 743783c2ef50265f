import { Chat } from '../core/chat'
import { realClock } from '../core/clock'
import { historyOf } from '../core/history'
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
import { createPanel } from './panel'
import type { View } from './view'

/**
 * Builds the panel, closed, in the visitor's language, and connects where there is
 * a conversation. Called once, by the loader.
 */
export async function mount(shell: Shell): Promise<Panel> {
  const { config, base, host, root, emit } = shell
  const { locale, t, named } = await findVoice(shell.locale, config, fetchWords(base))
  host.lang = locale
  host.dir = isRightToLeft(locale) ? 'rtl' : 'ltr'
  const announce = announcer(shell.stage)
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
    history: historyOf(base, config.site),
    clock: realClock,
    random: Math.random,
    newId: () => crypto.randomUUID(),
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
      if (!shell.launcher.isOpen()) announce(name ? t('replyFrom', { name }) : t('reply'))
      emit('message', { id, name, body, at })
    },
    sent: (id) => emit('sent', { id }),
    failed: (code) => emit('error', { code }),
  })
  const view: View = { shell, chat, t, named, formats: formats(locale), announce, more }
  const panel = createPanel(view)
  followPage(chat, shell.root, draw)
  draw()
  if (config.greet) void view.more().then((more) => more.greet(view), () => {})
  return panel
}
