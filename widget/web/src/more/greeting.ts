import { openArea } from '../core/storage'
import { closeIcon } from '../dom/icons'
import type { Greeting } from '../loader/shell'
import type { View } from '../panel/view'
import { dress } from './dress'
import style from './greeting.css'
import { fits, wording } from './greeting-rules'
import { h, icon } from './lent'

const quiet = 7 * 24 * 3_600_000

/**
 * Shows the site's greeting beside the launcher once it is due, unless the visitor has
 * used the chat by then. Nothing is kept of it before the visitor touches it.
 */
export function greet({ shell, chat, t, announce }: View): void {
  const { config, launcher, stage, host } = shell
  const key = `chatgroups:${config.site}:greeted`
  const storage = openArea('localStorage')
  let card: HTMLElement | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  // Times are counted from the page's own beginning, whenever this file came.
  function plan(): void {
    clearTimeout(timer)
    const greeting = config.greetings?.find(({ path }) => fits(location.pathname, path))
    if (greeting && !over()) timer = setTimeout(() => show(greeting), Math.max(0, greeting.after * 1000 - performance.now()))
  }

  function over(): boolean {
    try {
      if (Date.now() - Number(storage?.getItem(key)) < quiet) return true
    } catch {
      // Where nothing can be read, nothing is known.
    }
    return !!card || launcher.isOpen() || chat.exists || host.hidden
  }

  function show(greeting: Greeting): void {
    if (over() || document.hidden) return
    dress(shell.root, style)
    const text = wording(greeting, host.lang)
    card = h('div', { class: 'greeting' },
      h('button', { type: 'button', class: 'says', click: accept }, h('bdi', { dir: 'auto' }, text)),
      h('button', { type: 'button', class: 'away', 'aria-label': t('dismiss'), click: remove }, icon(closeIcon, 16)))
    stage.prepend(card)
    announce(text)
    launcher.element.addEventListener('click', remove)
  }

  function accept(): void {
    // The launcher's own click takes the card away.
    launcher.element.click()
  }

  function remove(): void {
    const focused = card?.contains(shell.root.activeElement)
    card?.remove()
    launcher.element.removeEventListener('click', remove)
    if (focused && !launcher.isOpen()) launcher.element.focus()
    try {
      storage?.setItem(key, String(Date.now()))
    } catch {
      // Then it is shown again on another page.
    }
  }

  plan()
  // Pages that go elsewhere without loading anew may come to where another greeting is meant.
  const navigation = (globalThis as { navigation?: EventTarget }).navigation
  if (navigation) navigation.addEventListener('navigatesuccess', plan)
  else addEventListener('popstate', plan)
}
