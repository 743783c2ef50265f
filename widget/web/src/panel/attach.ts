import { h, say } from '../dom/h'
import { attachIcon, icon } from '../dom/icons'
import type { More } from './more'
import type { View } from './view'

type Tray = ReturnType<More['createTray']>

/** The ways in which files come into the composer. What becomes of them is in a file that is fetched for the first one. */
export interface Attach {
  button: HTMLElement
  /** Where the files stand until they are sent. */
  tray: HTMLElement
  full(): boolean
  send(): void
  clear(): void
  /** Takes files that are dropped on an element. */
  over(element: HTMLElement): void
}

export function createAttach(view: View, changed: () => void): Attach {
  const { t } = view
  const input = h('input', {
    type: 'file', multiple: true, hidden: true, tabindex: -1, 'aria-label': t('attach'),
    change() {
      take(input.files)
      input.value = '' // so that the same file can be chosen again
    },
  })
  const enabled = !!view.shell.config.files
  const button = h('button', { class: 'square', type: 'button', 'aria-label': t('attach'), hidden: !enabled, click: () => input.click() },
    icon(attachIcon, 20))
  const error = h('p', { class: 'error', role: 'alert' })
  const holder = h('div', {}, input, error)
  let tray: Tray | undefined

  function take(list: FileList | null | undefined): boolean {
    const files = [...(list ?? [])]
    if (!enabled || !files.length) return false
    say(error, '')
    void add(files)
    return true
  }

  async function add(files: File[]): Promise<void> {
    try {
      if (!tray) {
        tray = (await view.more()).createTray(view, changed)
        holder.append(tray.element)
      }
      tray.add(files)
    } catch {
      say(error, t('fileOffline'))
    }
  }

  return {
    button, tray: holder,
    full: () => !!tray?.full(),
    send: () => tray?.send(),
    clear: () => tray?.clear(),
    over(element) {
      element.dataset['drop'] = t('drop')
      element.addEventListener('paste', (event) => {
        if (take(event.clipboardData?.files)) event.preventDefault()
      })
      for (const type of ['dragover', 'dragleave', 'drop'] as const) {
        element.addEventListener(type, (event) => {
          if (!enabled || !event.dataTransfer?.types.includes('Files')) return
          event.preventDefault()
          element.classList.toggle('drop', type === 'dragover')
          if (type === 'drop') take(event.dataTransfer.files)
        })
      }
    },
  }
}
