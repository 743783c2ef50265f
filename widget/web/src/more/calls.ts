import type { Config, PanelCall } from '../loader/shell'
import type { InnerPanel } from '../panel/panel'
import type { View } from '../panel/view'
import { h } from './lent'

let note: HTMLElement | undefined

/** Says to the visitor that the page should be loaded again, unless the page knows better. */
function signedOut({ shell, t }: View): void {
  note?.remove()
  note = h('p', { class: 'banner', role: 'status' }, t('signedOut'))
  shell.root.querySelector('.header')!.after(note)
}

/** Carries out a call of the page's, and is done with it before it returns. What makes no sense in it is left out. */
export async function answerCall(view: View, panel: Pick<InnerPanel, 'agree' | 'close' | 'reset'>, [name, value]: PanelCall): Promise<void> {
  const { shell, chat } = view
  const { host, data } = shell
  // Whatever a page gives, it has members.
  const { token, name: called, email, ...attrs } = Object(value) as Record<string, unknown>
  switch (name) {
    case 'identify':
      note?.remove()
      if (typeof token === 'string') chat.identify(token, () => signedOut(view))
      break
    case 'set':
      chat.introduce({
        ...(typeof called === 'string' && { name: called }), ...(typeof email === 'string' && { email }),
        attrs: { ...chat.profile.attrs, ...Object.fromEntries(Object.entries(attrs).filter(([, one]) => /string|number|boolean/.test(typeof one))) as Record<string, string> },
      })
      break
    case 'config':
      await dress(Object(value) as Config)
      break
    case 'consent':
      panel.agree(!!value)
      break
    case 'reset':
      panel.reset()
      break
    case 'forget':
      chat.erase(() => {
        panel.reset()
        view.announce(view.t('forgotten'))
      })
      break
    case 'destroy':
      panel.close()
      chat.end()
      host.dataset['gone'] = ''
      host.remove()
      window.chatgroups = () => {}
  }

  async function dress({ side, offset, zIndex, lang, ...wants }: Config): Promise<void> {
    if (lang) await view.speak(lang === 'auto' ? document.documentElement.lang || navigator.language : lang).catch(() => {})
    Object.assign(data, wants)
    shell.retheme?.()
    const set = (property: string, to: unknown) => host.style.setProperty('--chat-' + property, String(to))
    if (side) {
      const flipped = side === (host.dir === 'rtl' ? 'right' : 'left')
      set('start', flipped ? 'calc(var(--chat-x, 20px) + env(safe-area-inset-left))' : 'auto')
      set('end', flipped ? 'auto' : '')
    }
    const { x = offset, y = offset } = Object(offset) as { x?: unknown; y?: unknown }
    if (isFinite(Number(x ?? NaN))) set('x', Number(x) + 'px')
    if (isFinite(Number(y ?? NaN))) set('y', Number(y) + 'px')
    if (isFinite(Number(zIndex ?? NaN))) set('z', Number(zIndex))
  }
}
