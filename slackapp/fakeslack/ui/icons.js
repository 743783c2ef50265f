// The page's own signs, drawn with lines on a field of 20 by 20.

const shapes = {
  hash: 'M8 3 6.5 17M13.5 3 12 17M3.5 7.5h13M3 12.5h13',
  lock: 'M6 9V6.5a4 4 0 0 1 8 0V9M4.5 9h11v8h-11z',
  bell: 'M10 3a4.5 4.5 0 0 0-4.5 4.5c0 4-2 5-2 6h13c0-1-2-2-2-6A4.5 4.5 0 0 0 10 3zM8.3 16.5a1.8 1.8 0 0 0 3.4 0',
  thread: 'M3.5 4.5h13v9H10l-3.5 3v-3h-3zM7 8h6M7 10.5h4',
  smile: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM7 12a3.6 3.6 0 0 0 6 0M7.6 8.2v.1M12.4 8.2v.1',
  pencil: 'M4 16l.8-3.4L13 4.4a1.4 1.4 0 0 1 2 0l.6.6a1.4 1.4 0 0 1 0 2L7.4 15.2z',
  trash: 'M4 6h12M8 6V4h4v2M5.5 6l.8 10.5h7.4L14.5 6M8.5 9v5M11.5 9v5',
  send: 'M3.5 4 17 10 3.5 16l2-6zM5.5 10H11',
  menu: 'M3.5 6h13M3.5 10h13M3.5 14h13',
  close: 'M5 5l10 10M15 5 5 15',
  back: 'M12 4l-6 6 6 6',
  eye: 'M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5zM10 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  more: 'M4.500 10h.1M10 10h.1M15.500 10h.1',
  react: 'M9 4a6.500 6.500 0 1 0 6.500 7.500M6 12a3.400 3.400 0 0 0 5.800 0M6.800 8.400v.1M11 8.400v.1M15.500 2.500v5M13 5h5',
  image: 'M3.5 4.5h13v11h-13zM3.5 13.500 8 9l3.500 3.500 2-2 3 3M12.500 7.500v.1',
  check: 'M4 10.500 8.500 15 16 6',
  warn: 'M10 3.500 17.500 16.500h-15zM10 8.500v3.500M10 14.300v.1',
  bolt: 'M11.500 2.500 4.500 11.500h4.500l-.5 6 7-9h-4.500z',
  clip: 'M13.500 6.500 7.500 12.500a1.500 1.500 0 0 0 2.200 2.200l6-6a3.200 3.200 0 0 0-4.600-4.600l-6.200 6.200a5 5 0 0 0 7 7l5-5',
  people: 'M7.500 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 16.500a5.500 4.500 0 0 1 11 0M13 4.500a2.800 2.800 0 0 1 0 5.200M15 12.500a5 4.500 0 0 1 3 4',
}

const ns = 'http://www.w3.org/2000/svg'

/** Makes an SVG element, without children or with them. */
export function svg(tag, attributes, ...children) {
  const node = document.createElementNS(ns, tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
  node.append(...children)
  return node
}

/** The sign of this name; what it means must stand beside it, or on its button. */
export function icon(name) {
  return svg('svg', { class: 'icon', viewBox: '0 0 20 20', 'aria-hidden': 'true' }, svg('path', { d: shapes[name] }))
}
