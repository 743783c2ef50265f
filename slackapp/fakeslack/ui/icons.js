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
  down: 'M10 4v11M5.5 11 10 15.5 14.5 11',
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
