import type { Line } from '../core/transcript'
import { h, say } from '../dom/h'
import { downIcon, icon } from '../dom/icons'
import { createRow, type Row } from './row'
import type { Part, View } from './view'

/** The conversation, newest below. */
export interface Log extends Part {
  /** Whether the newest line is in sight. */
  atEnd(): boolean
  toEnd(): void
  /** Puts the scroll position back, which an element loses when it moves. */
  restore(): void
}

// So near the end counts as the end: a fraction of a line, and rounding.
const slack = 32

export function createLog(view: View): Log {
  const { chat, t, named, formats } = view
  const list = h('ol')
  const earlier = h('button', { class: 'earlier link', type: 'button', hidden: true, click: () => void loadOlder() }, t('earlier'))
  const scroller = h('div', {
    class: 'log', part: 'log', role: 'log', 'aria-label': t('conversation'), tabindex: 0, scroll: scrolled,
  }, earlier, list)
  const fresh = h('span')
  const pill = h('button', { class: 'pill', type: 'button', hidden: true, click: toEnd }, icon(downIcon, 16), fresh)
  // Its room is kept free, so that nothing moves when somebody writes.
  const writes = h('div', { class: 'typing', role: 'status' })
  const element = h('div', { class: 'stage' }, scroller, pill, writes)

  const rows = new Map<string, Row>()
  const shown = new Map<string, HTMLElement>()
  let stuck = true
  let top = 0
  let drawn = false

  // Files grow as they are shown, and what is below takes room: the end stays in sight.
  const resized = new ResizeObserver(() => stuck && toEnd())
  for (const one of [scroller, list]) resized.observe(one)

  function draw(): void {
    const { store } = chat
    const before = scroller.scrollHeight
    const oldest = list.querySelector('.message')
    const lines = chat.lines()
    // Only what comes after the first drawing is news to a screen reader.
    scroller.setAttribute('aria-busy', String(!drawn || (!lines.length && chat.phase !== 'online')))
    place(lines)
    earlier.hidden = !store.hasOlder()
    drawn ||= lines.length > 0
    if (stuck) toEnd()
    // What was put above must not push away what is being read.
    else if (oldest && oldest !== list.querySelector('.message')) scroller.scrollTop = top + scroller.scrollHeight - before
    const { typing } = chat
    say(writes, typing === undefined ? '' : typing ? t('typing', { name: typing }) : t('typingSome'))
    count()
  }

  /** Brings the list to the lines, leaving every element alone that can stay. */
  function place(lines: Line[]): void {
    const keys = new Set(lines.map(({ key }) => key))
    for (const [key, item] of shown) {
      if (keys.has(key)) continue
      item.remove()
      shown.delete(key)
      rows.delete(key)
    }
    let next = list.firstElementChild
    for (const line of lines) {
      const item = shown.get(line.key) ?? make(line)
      if (line.kind === 'message') rows.get(line.key)?.update(line)
      if (drawn && !shown.has(line.key)) item.classList.add('fresh')
      shown.set(line.key, item)
      if (item === next) next = next.nextElementSibling
      else list.insertBefore(item, next)
    }
  }

  function make(line: Line): HTMLElement {
    if (line.kind === 'day') return h('li', { class: 'day' }, formats.day(line.at, Date.now()))
    if (line.kind === 'notice') return h('li', { class: 'notice' }, t(line.notice, { name: named(line).name }))
    const row = createRow(line, view)
    rows.set(line.key, row)
    return row.element
  }

  function count(): void {
    const n = stuck ? 0 : chat.store.unread()
    pill.hidden = !n
    if (n) say(fresh, t('newMessages', { n }))
  }

  function scrolled(): void {
    // What grew meanwhile is no wish to read above it.
    const up = scroller.scrollTop < top
    top = scroller.scrollTop
    stuck = atEnd() || (stuck && !up)
    if (stuck && !element.closest('[hidden]') && !document.hidden) chat.seen()
    count()
  }

  function atEnd(): boolean {
    return scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop < slack
  }

  function toEnd(): void {
    stuck = true
    scroller.scrollTop = scroller.scrollHeight
  }

  async function loadOlder(): Promise<void> {
    say(earlier, t((await chat.loadOlder()) ? 'earlier' : 'earlierFailed'))
  }

  return { element, draw, atEnd, toEnd, restore: () => void (scroller.scrollTop = stuck ? scroller.scrollHeight : top) }
}
