import { h } from '../dom/h'
import type { Config, PanelCall } from '../loader/shell'
import type { View } from '../panel/view'

/** What the calls of the page do to the panel. */
export interface Callee {
  /** Says for the visitor whether they agree to be asked no more. */
  agree(given: boolean): void
  close(): void
  /** Takes the conversation out of this browser. */
  reset(): void
}

let note: HTMLElement | undefined

/** Says to the visitor that the page should be loaded again, unless the page knows better. */
function signedOut({ shell, t }: View): void {
  note?.remove()
  note = h('p', { class: 'banner', role: 'status' }, t('signedOut'))
  shell.root.querySelector('.header')!.after(note)
}

/** Carries out a call of the page's. What makes no sense in it is left out. */
export function answerCall(view: View, panel: Callee, [name, value]: PanelCall): void {
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
      dress(Object(value) as Config)
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

  function dress({ side, offset, zIndex, ...wants }: Config): void {
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
