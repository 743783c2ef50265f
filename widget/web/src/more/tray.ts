import { closeIcon } from '../dom/icons'
import type { Group } from '../core/frames'
import type { View } from '../panel/view'
import { about, bytes, maxFiles, objection, passing, reason } from './checks'
import { dress } from './dress'
import style from './files.css'
import { h, say, icon } from './lent'
import { send, type Sending } from './upload'

/** The files that the visitor is about to send, above the field. */
export interface Tray {
  element: HTMLElement
  /** Takes what was chosen, pasted or dropped; what cannot be sent is said. */
  add(files: File[]): void
  /** Whether there is something to send. */
  full(): boolean
  /**
   * Sends what is there, one by one, to the conversation, or to the group with which the first
   * begins one. What fails stays, to be tried again or removed.
   */
  send(group?: Group): void
  clear(): void
}

interface Item {
  file: File
  id: string
  element: HTMLElement
  state: 'ready' | 'sending' | 'failed'
  sending?: Sending
  draw(part: number, said: string): void
}

// How often a screen reader hears of an upload, in milliseconds.
const quiet = 2_000

const pause = (ms: number) => new Promise((over) => setTimeout(over, ms))

/** changed is called when there is something to send, or nothing any more. */
export function createTray({ shell, chat, t, announce }: View, changed: () => void): Tray {
  dress(shell.root, style)
  const locale = shell.host.lang
  const most = shell.config.files ?? 0
  const list = h('ul')
  const error = h('p', { class: 'error', role: 'alert' })
  const element = h('div', { class: 'tray' }, list, error)
  let items: Item[] = []
  let busy = false
  let begins: Group | undefined

  function draw(): void {
    element.hidden = !items.length && !error.textContent
    list.hidden = !items.length
    changed()
  }

  function add(files: File[]): void {
    const said: string[] = []
    for (const file of files) {
      const why = items.length >= maxFiles ? 'fileMany' : objection(file, most)
      if (why) said.push(t(why, { name: file.name, size: bytes(most, locale), n: maxFiles }))
      else items.push(createItem(file))
    }
    list.replaceChildren(...items.map((item) => item.element))
    say(error, [...new Set(said)].join(' '))
    draw()
  }

  function createItem(file: File): Item {
    const progress = h('progress', { max: 100, value: 0, 'aria-label': file.name, hidden: true })
    const why = h('span', { class: 'why', role: 'alert' })
    const again = h('button', { class: 'link', type: 'button', hidden: true, click: () => retry(item) }, t('tryAgain'))
    const away = h('button', { class: 'square', type: 'button', click: () => remove(item) }, icon(closeIcon, 16))
    const item: Item = {
      file, id: Math.random().toString(36).slice(2), state: 'ready',
      element: h('li', {},
        h('div', {}, h('bdi', { class: 'name', dir: 'auto' }, file.name),
          h('span', { class: 'detail' }, about(file.name, file.size, locale)),
          progress, why, again),
        away),
      draw(part, said) {
        const sending = item.state === 'sending'
        progress.hidden = !sending
        progress.value = Math.round(part * 100)
        say(why, said)
        again.hidden = !said
        away.setAttribute('aria-label', sending ? `${t('cancel')}: ${file.name}` : t('remove', { name: file.name }))
      },
    }
    item.draw(0, '')
    return item
  }

  function remove(item: Item): void {
    item.sending?.cancel()
    items = items.filter((one) => one !== item)
    // The focus must not fall out of the panel with the button that had it.
    const next = item.element.nextElementSibling ?? item.element.previousElementSibling
    item.element.remove()
    ;(next?.querySelector<HTMLElement>('.square') ?? element.parentElement?.querySelector('textarea'))?.focus()
    say(error, '')
    draw()
  }

  function retry(item: Item): void {
    item.state = 'ready'
    item.draw(0, '')
    void sendAll()
  }

  async function sendAll(): Promise<void> {
    if (busy) return
    busy = true
    say(error, '')
    // The words first, which may begin the conversation.
    for (let waits = 0; waits < 100 && chat.phase === 'online' && chat.outbox.waiting().length; waits++) await pause(50)
    for (let item = next(); item; item = next()) await sendOne(item)
    busy = false
    draw()
  }

  const next = () => items.find(({ state }) => state === 'ready')

  async function sendOne(item: Item): Promise<void> {
    const { tok } = chat.store
    const { name } = item.file
    if (!tok || chat.phase !== 'online') return fail(item, t('fileOffline'))
    const group = chat.partners()[0] ?? begins
    let heard = -Infinity
    const told = (part: number) => {
      item.draw(part, '')
      if (Date.now() - heard < quiet) return
      heard = Date.now()
      announce(t('uploading', { name, percent: new Intl.NumberFormat(locale, { style: 'percent' }).format(part) }))
    }
    item.state = 'sending'
    item.sending = send(item.file, {
      base: shell.base, site: shell.config.site, tok, id: item.id, group: group?.id, leave: group?.state === 'off',
    }, told)
    told(0)
    const { code, retry } = await item.sending.done
    delete item.sending
    if (code === 'rate') await pause(retry) // many at once just take longer
    if (!items.includes(item)) return // cancelled
    if (code === 'rate') return sendOne(item)
    if (code) return fail(item, t(reason(code), { name, size: bytes(most, locale) }), passing(code))
    items = items.filter((one) => one !== item)
    item.element.remove()
    announce('')
    shell.emit('sent', { id: item.id })
    draw()
  }

  function fail(item: Item, said: string, mayPass = true): void {
    item.state = 'failed'
    item.draw(0, said)
    if (!mayPass) item.element.querySelector<HTMLElement>('.link')!.hidden = true
    shell.emit('error', { code: 'file' })
    draw()
  }

  draw()
  return {
    element, add,
    full: () => items.some(({ state }) => state === 'ready'),
    send(group) {
      begins = group
      void sendAll()
    },
    clear() {
      for (const { sending } of items) sending?.cancel()
      items = []
      list.replaceChildren()
      say(error, '')
      draw()
    },
  }
}
