import type { Chat } from '../core/chat'

// A tab that nobody has looked at for so long gives its connection up.
const sleepAfter = 5 * 60_000

/**
 * Tells the chat what becomes of the page: the network, the tab in sight or not,
 * kept for Back and shown again, frozen and thawed.
 */
export function followPage(chat: Chat, root: ShadowRoot, seenAgain: () => void): void {
  let asleep: ReturnType<typeof setTimeout> | undefined
  let paused = false

  const pause = () => {
    paused = true
    chat.pause()
  }
  const resume = () => {
    clearTimeout(asleep)
    if (paused) chat.resume()
    else chat.kick()
    paused = false
  }
  addEventListener('online', () => chat.kick())
  addEventListener('pageshow', resume)
  // An open socket would keep the page out of the back/forward cache.
  addEventListener('pagehide', pause)
  // Newer browsers thaw a page without saying that it is visible.
  document.addEventListener('resume', resume)
  document.addEventListener('visibilitychange', () => {
    clearTimeout(asleep)
    if (document.hidden) {
      asleep = setTimeout(pause, sleepAfter)
      return
    }
    resume()
    seenAgain()
  })
  const used = () => chat.wake()
  root.addEventListener('pointerdown', used)
  root.addEventListener('focusin', used)
}
