import { remembers } from '../core/storage'
import { h } from '../dom/h'
import { hosted, leave, loading, open } from '../i18n/locales/en.json'
import { canonical, chooseLocale, isRightToLeft, primary } from '../i18n/language'
import baseStyle from '../style/base.css'
import launcherStyle from '../style/launcher.css'
import { adopt } from '../style/sheet'
import { publish } from './api'
import { panelChunk, showSkeleton } from './chunk'
import { createHost } from './host'
import { createLauncher } from './launcher'
import { watchPageLinks } from './pagelinks'
import type { Origin } from './script'
import type { Panel, PanelCall, SiteConfig, Start } from './shell'
import { keepTheme } from './theme'

const english = { open, leave, loading, hosted }

/**
 * Puts the launcher on the page and stands ready to fetch the panel. Nothing is
 * stored and nothing is fetched before the visitor acts, unless this browser has
 * a conversation already.
 */
export function load({ base, data }: Origin, config: SiteConfig): void {
  const page = document.documentElement
  const wishes = [page.lang, ...navigator.languages, config.lang].filter(Boolean) as string[]
  const locale = chooseLocale(data['lang'], wishes)
  // English until the panel brings the visitor's language, unless the site has its own words for it.
  const own = config.translations?.[locale] ?? config.translations?.[primary(locale)]
  const texts = { ...english, ...config.texts, ...own } as typeof english
  const away = config.groups.every(({ state }) => state === 'off')

  let panel: Panel | undefined
  const calls: PanelCall[] = []
  const host = createHost(() => panel?.moved())
  const root = host.attachShadow({ mode: 'open' })
  adopt(root, baseStyle, launcherStyle)
  host.lang = own ? locale : 'en'
  host.dir = isRightToLeft(locale) ? 'rtl' : 'ltr'
  const retheme = keepTheme(host, data, config.accent)
  // Where styles are computed anyway: here it would have the browser do so for the whole page once more.
  requestAnimationFrame(retheme)

  const launcher = createLauncher(texts[away ? 'leave' : 'open'], away, () => toggle())
  const stage = h('div', { class: 'base' }, launcher.element)
  root.append(stage)

  const chunk = panelChunk(new URL(config.panel, base).href, () => ({
    config, base, locale, host, root, stage, launcher, emit, data, retheme,
    language: canonical(wishes[0] ?? '') ?? locale,
  }))
  const mount = async (): Promise<Panel | undefined> => {
    try {
      panel = await chunk.mount()
      for (const call of calls.splice(0)) panel.call(...call)
      return panel
    } catch {
      // Something between the page and the panel forbids it; without a network there is nothing to conclude.
      if (navigator.onLine) launcher.becomeLink(new URL('../../c/' + config.site, base).href, texts.hosted)
      return undefined
    }
  }
  const start = async (wish: Start = {}) => {
    host.hidden = false
    const done = panel ? undefined : showSkeleton(stage, texts.loading)
    const mounted = await mount()
    done?.()
    mounted?.open(wish)
  }
  const toggle = () => (launcher.isOpen() ? panel?.close() : void start())

  const emit = publish({
    open: () => void start(),
    close: () => panel?.close(),
    toggle,
    show: () => void (host.hidden = false),
    hide() {
      panel?.close()
      host.hidden = true
    },
    start: (wish) => void start(wish),
  }, (...call) => {
    calls.push(call)
    // What is said of the visitor can wait until the panel is wanted.
    if (panel || /config|destroy/.test(call[0]) || remembers(config.site)) void mount()
  })
  watchPageLinks()
  for (const sign of ['pointerenter', 'focus']) launcher.element.addEventListener(sign, chunk.prefetch)
  if (remembers(config.site)) void mount()
  // The panel sees to what else a greeting needs.
  else if (config.greet) setTimeout(mount, config.greet * 1000)
}
