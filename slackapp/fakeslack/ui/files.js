// Files in messages, and files to send.

import { fileAddress } from './api.js'
import { el } from './dom.js'
import { icon } from './icons.js'

const shown = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'] // as of uifiles.go

/** A file of a message: pictures as such, others by name and size; a click saves it. */
export function fileNode(f) {
  const name = f.title || f.name || 'File'
  if (f.mode === 'tombstone') return el('div', { class: 'file' }, icon('trash'), 'This file was deleted.')
  const href = fileAddress(f.id)
  if (shown.includes(f.mimetype)) {
    return el('a', { class: 'file-image', href, download: f.name, title: `${name}, ${size(f.size)}` }, el('img', { src: href, alt: name, loading: 'lazy' }))
  }
  return el('a', { class: 'file', href, download: f.name },
    el('span', { class: 'kind', 'aria-hidden': 'true' }, (f.filetype || '?').slice(0, 4)),
    el('span', {}, el('strong', {}, name), el('small', {}, [f.pretty_type || f.filetype, size(f.size)].filter(Boolean).join(' · '))))
}

export const size = (bytes) =>
  bytes < 1024 ? `${bytes || 0} B` : bytes < 1024 ** 2 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`

/** A File of the browser as the workspace takes it: {name, type, content}. */
export async function asAttached(file) {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let text = ''
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000))
  return { name: file.name, type: file.type, content: btoa(text) }
}
