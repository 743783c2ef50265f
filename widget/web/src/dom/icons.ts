const svg = 'http://www.w3.org/2000/svg'

/** Strokes on a 24 × 24 field. */
export const chatIcon = 'M21 11.5a8.5 8.5 0 0 1-12.4 7.6L3 21l1.9-5.6A8.5 8.5 0 1 1 21 11.5z'
export const envelopeIcon = 'M5 5h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zM3.5 7.5 12 13l8.5-5.5'
export const downIcon = 'm5 9 7 7 7-7'
export const sendIcon = 'M21 3 10.5 13.5M21 3l-6.8 18-3.7-7.5L3 9.8z'
export const attachIcon = 'm20 12-8 8a5 5 0 0 1-8-8l9-9a3 3 0 0 1 5 5l-9 9a1 1 0 0 1-2-2l8-8'
export const closeIcon = 'm6 6 12 12M18 6 6 18'
export const fileIcon = 'M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zM14 3v5h5'
export const menuIcon = 'M6 12a1 1 0 1 0-2 0 1 1 0 0 0 2 0zm7 0a1 1 0 1 0-2 0 1 1 0 0 0 2 0zm7 0a1 1 0 1 0-2 0 1 1 0 0 0 2 0z'

/** An icon of size pixels; it says nothing to screen readers, as its button has a name. */
export function icon(path: string, size = 24): SVGSVGElement {
  const element = document.createElementNS(svg, 'svg')
  const attributes = { viewBox: '0 0 24 24', width: size, height: size, 'aria-hidden': 'true' }
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value))
  const line = document.createElementNS(svg, 'path')
  line.setAttribute('d', path)
  element.append(line)
  return element
}
