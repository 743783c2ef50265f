import type { Phase } from '../core/connection'
import { h, mark, say } from '../dom/h'
import type { TextKey } from '../i18n/en'
import type { Part, View } from './view'

// A break that is over sooner is nobody's business.
const showAfter = 1_500
// After so long a visitor may want to do something about it.
const offerAfter = 120_000

/** Says that the connection is down, and only when it has been for a while. */
export function createBanner({ chat, t }: View): Part {
  const text = h('span')
  const button = h('button', { class: 'link', type: 'button', hidden: true, click: () => (chat.kick(), chat.wake()) })
  // The live region is there before its text is, or it would not be read.
  const bar = h('div', { class: 'banner', hidden: true }, text, button)
  const element = h('div', { role: 'status' }, bar)
  let downSince: number | undefined
  let wasOnline = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function draw(): void {
    const { phase } = chat
    wasOnline ||= phase === 'online'
    clearTimeout(timer)
    if (phase === 'online' || phase === 'off') {
      downSince = undefined
      bar.hidden = true
      say(text, '')
      return
    }
    downSince ??= Date.now()
    const down = Date.now() - downSince
    const final = phase === 'asleep' || phase === 'refused'
    if (down < showAfter && !final) {
      timer = setTimeout(draw, showAfter - down)
      return
    }
    bar.hidden = false
    say(text, t(reason(phase)))
    const offered = phase === 'asleep' || (!final && down >= offerAfter)
    mark(button, 'hidden', !offered)
    say(button, t(phase === 'asleep' ? 'resume' : 'tryNow'))
    if (!offered && !final) timer = setTimeout(draw, offerAfter - down)
  }

  function reason(phase: Phase): TextKey {
    if (phase === 'asleep' || phase === 'refused') return phase
    if (!navigator.onLine) return 'deviceOffline'
    return wasOnline ? 'lost' : 'connecting'
  }

  return { element, draw }
}
