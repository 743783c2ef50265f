import type { SharedFile } from '../core/frames'
import { fileIcon } from '../dom/icons'
import type { View } from '../panel/view'
import { about } from './checks'
import { dress } from './dress'
import style from './files.css'
import { h, say, icon } from './lent'

// What a browser shows without anything in it being able to act.
const pictures = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])

// How often a picture is asked for again before it is shown as a file.
const maxTries = 2

/** Shows the files of a message in list: pictures small, in boxes that do not move as they come, all else as cards. */
export function showFiles(list: HTMLElement, files: SharedFile[], view: View): void {
  dress(view.shell.root, style)
  list.replaceChildren(...files.map((file) => h('li', {}, pictures.has(file.type) ? picture(file, view) : card(file, view))))
}

function picture(file: SharedFile, view: View): HTMLElement {
  const image = h('img', { alt: file.name, width: 240, height: 180, decoding: 'async' })
  const button = h('button', { class: 'picture', type: 'button', 'aria-label': view.t('download', { name: file.name }) }, image)
  let tries = 0
  const load = async () => {
    try {
      image.src = await link(file, view)
    } catch {
      failed()
    }
  }
  // The server may be busy, or the page's policy forbid the picture: then it is a file like others.
  const failed = () => {
    if (tries === maxTries) return button.replaceWith(card(file, view))
    setTimeout(() => void load(), 1_000 * 3 ** tries++)
  }
  image.addEventListener('error', failed)
  button.addEventListener('click', () => void save(file, view))
  // A long past may have many: only what comes into sight is asked for.
  const sight = new IntersectionObserver((seen) => {
    if (!seen.some((one) => one.isIntersecting)) return
    sight.disconnect()
    void load()
  })
  sight.observe(button)
  return button
}

function card(file: SharedFile, view: View): HTMLElement {
  const { t, shell } = view
  const said = h('span', { class: 'detail' }, about(file.name, file.size, shell.host.lang))
  return h('button', {
    class: 'file', type: 'button', title: t('download', { name: file.name }),
    async click() {
      if (await save(file, view)) return
      say(said, t('fileGone'))
      view.announce(t('fileGone'))
    },
  }, icon(fileIcon, 20), h('span', {}, h('bdi', { class: 'name', dir: 'auto' }, file.name), said))
}

/** Has the browser save the file, or show it where it is a picture; false where it is not there any more. */
async function save(file: SharedFile, view: View): Promise<boolean> {
  try {
    const href = await link(file, view)
    h('a', { href, target: '_blank', rel: 'noopener noreferrer', download: file.name }).click()
    return true
  } catch {
    return false
  }
}

/** Asks for an address that works without the token, which must not stand in one. */
async function link({ url }: SharedFile, { shell, chat }: View): Promise<string> {
  const { base, config } = shell
  const there = (path: string) => {
    const address = new URL(path, base).href
    if (!address.startsWith(base + 'files/')) throw new Error('no file of this server')
    return address
  }
  const response = await fetch(there(url) + '/link', {
    headers: { Authorization: 'Bearer ' + chat.store.tok, 'X-Chatgroups-Site': config.site },
    credentials: 'omit',
  })
  if (!response.ok) throw new Error(`file link: the server answered ${response.status}`)
  return there(((await response.json()) as { url: string }).url)
}
