import type { Group } from '../core/frames'
import { h, say } from '../dom/h'
import { attachIcon, icon } from '../dom/icons'
import type { More } from './more'
import type { View } from './view'

type Tray = ReturnType<More['createTray']>

/** The ways in which files come into the composer. What becomes of them is in a file that is fetched for the first one. */
export interface Attach {
  button: HTMLElement
  full(): boolean
  /** Sends them; group is needed where there is no conversation yet. */
  send(group?: Group): void
  /** Puts them into the form that is in use: the button first in a line, what was attached in its place. */
  place(line: HTMLElement, attached: HTMLElement): void
  clear(): void
  /** Takes files that are pasted or dropped on an element. */
  over(element: HTMLElement): void
}

export function createAttach(view: View, changed: () => void): Attach {
  const { t } = view
  const enabled = !!view.shell.config.files
  const label = t('attach')
  const input = h('input', {
    type: 'file', multiple: true, hidden: true, 'aria-label': label,
    change() {
      take(input.files)
      input.value = '' // so that the same file can be chosen again
    },
  })
  const button = h('button', { class: 'square', type: 'button', 'aria-label': label, hidden: !enabled, click: () => input.click() },
    icon(attachIcon, 20))
  const error = h('p', { class: 'error', role: 'alert' })
  const holder = h('div', {}, input, error)
  let tray: Tray | undefined
  let coming: Promise<Tray> | undefined

  function take(list: FileList | undefined | null): void {
    if (list?.length) void add([...list])
  }

  async function add(files: File[]): Promise<void> {
    coming ??= view.more().then((more) => {
      tray = more.createTray(view, changed)
      holder.append(tray.element)
      return tray
    })
    let said = ''
    try {
      (await coming).add(files)
    } catch {
      coming = undefined
      said = t('failed')
    }
    say(error, said)
  }

  return {
    button,
    full: () => !!tray?.full(),
    send: (group) => tray?.send(group),
    place(line, attached) {
      if (button.parentElement === line) return
      line.prepend(button)
      attached.append(holder)
    },
    clear: () => tray?.clear(),
    over(element) {
      if (!enabled) return
      element.dataset['drop'] = t('drop')
      element.addEventListener('paste', ({ clipboardData: data }) => {
        // Cells and paragraphs come as words and, beside them, as a picture of themselves.
        if (button.offsetParent && !data?.types.includes('text/plain')) take(data?.files)
      })
      for (const type of ['dragover', 'dragleave', 'drop'] as const) {
        element.addEventListener(type, (event) => {
          const data = event.dataTransfer
          if (!button.offsetParent || !data?.types.includes('Files')) return
          event.preventDefault()
          element.classList.toggle('drop', type === 'dragover')
          if (type === 'drop') take(data.files)
        })
      }
    },
  }
}
