import type { SharedFile } from '../core/frames'
import type { MessageLine } from '../core/transcript'
import { h, say } from '../dom/h'
import { createAvatar } from './avatar'
import { linked, textNodes } from './text'
import type { View } from './view'

/** One message in the log. Its element stays the same for as long as the message is shown. */
export interface Row {
  element: HTMLElement
  update(line: MessageLine): void
}

export function createRow(first: MessageLine, view: View): Row {
  const { shell, chat, t, formats } = view
  const who = h('span', { class: 'spoken' })
  const text = h('bdi', { dir: 'auto' })
  const files = h('ul', { class: 'files' })
  const bubble = h('div', { class: 'bubble', part: 'bubble' }, who, text)
  const meta = h('div', { class: 'meta', 'aria-hidden': 'true' })
  const avatar = first.own ? undefined : createAvatar(first, shell.base)
  const element = h('li', { 'data-key': first.key }, ...(avatar ? [avatar] : []), bubble, meta)
  let line = first
  let drawn = ''
  let shown: string | undefined
  let listed = ''
  let failure: HTMLElement | undefined

  function update(to: MessageLine): void {
    const now = JSON.stringify(to)
    if (now === drawn) return
    drawn = now
    line = to
    const { own, state, at } = to
    const time = formats.time(at)
    const name = to.name || t('agent')
    element.className = ['message', own && 'own', state, to.first && 'first', to.removed && 'removed'].filter(Boolean).join(' ')
    say(who, t('said', { name: own ? t('you') : name, time }) + ' ')
    const body = to.removed ? t('removed') : to.body
    const said = JSON.stringify([body, to.rich])
    if (said !== shown) {
      shown = said
      text.replaceChildren(...textNodes(body))
      // The plain words say the same until what draws their looks has been fetched.
      if (to.rich) void view.more().then((more) => shown === said && more.showRich(text, to.rich!, linked, view), () => {})
    }
    list(to.files ?? [])
    if (avatar) avatar.hidden = !to.last

    const failed = state === 'fail'
    const stamp = own ? time : t('meta', { name, time })
    const parts = [state === 'wait' ? t('sending') : stamp, to.edited && !to.removed && t('edited'), to.reach && t(to.reach)].filter(Boolean)
    meta.hidden = failed || !(to.last || to.edited)
    say(meta, parts.join(' · '))
    failure?.remove()
    failure = failed ? createFailure(to.code ?? '') : undefined
    if (failure) element.append(failure)
  }

  /** Names the files; what is needed to look at them is fetched. */
  function list(all: SharedFile[]): void {
    const now = JSON.stringify(all)
    if (now === (listed || '[]')) return
    listed = now
    files.replaceChildren(...all.map(({ name }) => h('li', {}, name)))
    if (!all.length) return files.remove()
    bubble.append(files)
    void view.more().then((more) => more.showFiles(files, all, view), () => {})
  }

  /** Why it was not sent, and what can be done about it; read out as it appears. */
  function createFailure(code: string): HTMLElement {
    const away = code === 'group_offline'
    const why = h('span')
    // Reasons are rare, and so are fetched; without them that it was not sent must do.
    const { key, via } = line
    const changes = via !== key
    void view.more().then((more) => more.whyNot(code, changes), () => 'notSent' as const).then((key) => say(why, t(key)))
    return h('div', { class: 'failure', role: 'alert' },
      why,
      h('button', { class: 'link', type: 'button', click: () => chat.retry(via, away) }, t(away ? 'leave' : 'tryAgain')),
      ...(changes ? [h('button', { class: 'link', type: 'button', click: () => chat.drop(via) }, t('dismiss'))] : []))
  }

  update(first)
  return { element, update }
}
