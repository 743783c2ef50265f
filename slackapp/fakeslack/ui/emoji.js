// Emoji by their Slack names. Those that apps and people use most are drawn here,
// so that they look the same on every machine, also on one without emoji fonts.

import { el } from './dom.js'
import { svg } from './icons.js'

const circle = (fill) => [['circle', { cx: 10, cy: 10, r: 8, fill }]]
const line = (d, stroke, width = 2) => [
  'path',
  { d, fill: 'none', stroke, 'stroke-width': width, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' },
]
const shape = (d, fill) => ['path', { d, fill }]

const skin = '#f7c948'
const drawn = {
  white_check_mark: [['rect', { x: 2, y: 2, width: 16, height: 16, rx: 4, fill: '#2f9e5c' }], line('M6 10.5 9 13.5 14.2 6.8', '#fff', 2.2)],
  heavy_check_mark: [line('M3.5 11 8 15.5 16.5 5', '#2f9e5c', 3)],
  x: [line('M4.5 4.5l11 11M15.5 4.5l-11 11', '#d7374a', 3)],
  large_green_circle: circle('#2fa866'),
  large_yellow_circle: circle('#f2b632'),
  large_orange_circle: circle('#ee8b2d'),
  red_circle: circle('#d7374a'),
  large_blue_circle: circle('#3b82d6'),
  white_circle: [['circle', { cx: 10, cy: 10, r: 7.5, fill: '#e9e7ee', stroke: '#9b96a6' }]],
  envelope: [['rect', { x: 1.5, y: 4, width: 17, height: 12.5, rx: 2, fill: '#d8e4f2' }], line('M2.5 5.5 10 11l7.5-5.5', '#5b7ea8', 1.6)],
  speech_balloon: [shape('M4.5 3h11A2.5 2.5 0 0 1 18 5.500v6a2.5 2.5 0 0 1-2.5 2.500H10l-4.5 4v-4h-1A2.5 2.5 0 0 1 2 11.500v-6A2.5 2.5 0 0 1 4.5 3z', '#7fb2e5'), line('M6 7h8M6 10h5', '#fff', 1.6)],
  lock: [line('M6.5 9V6.500a3.5 3.5 0 0 1 7 0V9', '#9aa3ad', 2), ['rect', { x: 4, y: 8.5, width: 12, height: 9.5, rx: 2, fill: '#e9ad2f' }], ['circle', { cx: 10, cy: 13, r: 1.6, fill: '#7d5710' }]],
  bust_in_silhouette: [['circle', { cx: 10, cy: 6.5, r: 4, fill: '#5d6b8a' }], shape('M2.5 18a7.5 6.5 0 0 1 15 0z', '#5d6b8a')],
  busts_in_silhouette: [['circle', { cx: 13.5, cy: 6.5, r: 3.2, fill: '#8b97b0' }], shape('M7 17a6.5 6 0 0 1 12.5 0z', '#8b97b0'), ['circle', { cx: 7.5, cy: 7, r: 3.6, fill: '#5d6b8a' }], shape('M1 18a6.5 6 0 0 1 13 0z', '#5d6b8a')],
  scroll: [shape('M5 2.500h9a2 2 0 0 1 2 2V14h1.500v1.500a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2z', '#ecd9ae'), line('M8 6.500h5M8 9.500h5M8 12.500h3', '#9a7a3c', 1.3)],
  memo: [['rect', { x: 3, y: 2, width: 12, height: 16, rx: 1.5, fill: '#f1ede2' }], line('M6 6h6M6 9h6M6 12h3', '#9b927b', 1.3), line('M17.5 8.5 11 15.5', '#ee8b2d', 2.2)],
  eyes: [['ellipse', { cx: 6, cy: 10, rx: 4, ry: 6, fill: '#fff', stroke: '#8b8794' }], ['ellipse', { cx: 14, cy: 10, rx: 4, ry: 6, fill: '#fff', stroke: '#8b8794' }], ['circle', { cx: 5, cy: 11, r: 1.9, fill: '#3a3442' }], ['circle', { cx: 13, cy: 11, r: 1.9, fill: '#3a3442' }]],
  wave: [line('M5.5 9 4 5.500M8.5 8 7.2 3.500M11.5 8 11.2 3.500M14 9.5 15 5.5', skin, 2.6), shape('M4 9.5 14.8 8.5 15 13a5 5 0 0 1-5 5 6 6 0 0 1-6-5z', skin), line('M16.5 2.5 18 4.500M2 14.5 3 17', '#9b96a6', 1.3)],
  '+1': [shape('M6.5 9 9.5 2.500a1.9 1.9 0 0 1 2 2.500L11 8h4.500a1.8 1.8 0 0 1 1.7 2.300l-1.5 5.700A2 2 0 0 1 13.7 17.500H6.500z', skin), ['rect', { x: 2.5, y: 9, width: 3.5, height: 8.5, rx: 1, fill: '#3b82d6' }]],
  heart: [shape('M10 17.500C3.5 13 2 10 2 7.300A4.2 4.2 0 0 1 10 5.500a4.2 4.2 0 0 1 8 1.800C18 10 16.5 13 10 17.500z', '#d7374a')],
  tada: [shape('M2.5 17.5 7 6.500l6.5 6.500z', '#e9ad2f'), ['circle', { cx: 12, cy: 4, r: 1.3, fill: '#d7374a' }], ['circle', { cx: 16.5, cy: 7, r: 1.3, fill: '#3b82d6' }], ['circle', { cx: 16, cy: 12.5, r: 1.1, fill: '#2f9e5c' }], line('M11 8.500l3-3.5', '#8f5bd0', 1.6)],
  warning: [shape('M10 2.5 18.5 17h-17z', '#f2b632'), line('M10 8v4M10 14.500v.100', '#4c3a08', 1.8)],
  bell: [shape('M10 2a5 5 0 0 0-5 5c0 4-2 5-2 7h14c0-2-2-3-2-7a5 5 0 0 0-5-5z', '#e9ad2f'), ['circle', { cx: 10, cy: 16, r: 2, fill: '#b98218' }]],
  no_bell: [shape('M10 2a5 5 0 0 0-5 5c0 4-2 5-2 7h14c0-2-2-3-2-7a5 5 0 0 0-5-5z', '#b9b4c2'), line('M3 3l14 14', '#d7374a', 2.2)],
  information_source: [['rect', { x: 2, y: 2, width: 16, height: 16, rx: 4, fill: '#3b82d6' }], line('M10 9.500v4.500M10 6.200v.100', '#fff', 2.2)],
  question: [line('M6.5 7a3.5 3.5 0 1 1 5 3.200c-1 .600-1.5 1.2-1.5 2.300M10 16v.100', '#d7374a', 2.5)],
  hourglass_flowing_sand: [shape('M5 2.500h10L10.5 10 15 17.500H5L9.5 10z', '#e6cf98'), line('M4.5 2.500h11M4.5 17.500h11', '#8a6a2c', 1.8)],
  link: [line('M8.5 11.500l3-3M9 6.500l1.5-1.500a3.2 3.2 0 0 1 4.5 4.500L13.5 11M11 13.5 9.5 15A3.2 3.2 0 0 1 5 10.500L6.5 9', '#6d7a92', 2)],
}
Object.assign(drawn, { thumbsup: drawn['+1'], email: drawn.envelope, heavy_multiplication_x: drawn.x, pencil: drawn.memo })

// The others are left to the machine's fonts.
const written = {
  smile: '😄', slightly_smiling_face: '🙂', grin: '😁', joy: '😂', wink: '😉', thinking_face: '🤔', cry: '😢',
  '-1': '👎', thumbsdown: '👎', ok_hand: '👌', clap: '👏', pray: '🙏', raised_hands: '🙌', muscle: '💪', point_right: '👉',
  fire: '🔥', rocket: '🚀', star: '⭐', sparkles: '✨', bulb: '💡', zap: '⚡', bug: '🐛', coffee: '☕', tea: '🍵',
  phone: '☎️', calendar: '📅', clock3: '🕒', globe_with_meridians: '🌐', house: '🏠', key: '🔑', gear: '⚙️', wrench: '🔧',
  package: '📦', shopping_trolley: '🛒', inbox_tray: '📥', outbox_tray: '📤', bar_chart: '📊', chart_with_upwards_trend: '📈',
  arrow_right: '➡️', leftwards_arrow_with_hook: '↩️', no_entry: '⛔', octagonal_sign: '🛑', exclamation: '❗', unlock: '🔓',
}

/** What one may answer a message with at a click. */
export const quickReactions = ['white_check_mark', 'eyes', '+1']

/** What one may answer a message with from the field of emoji: those that are drawn, each once. */
export const reactionNames = Object.keys(drawn).filter((n) => Object.keys(drawn).find((o) => drawn[o] === drawn[n]) === n)

/** The emoji of this name, without colons; its name in colons where it is unknown. */
export function emoji(name) {
  const label = `:${name}:`
  if (Object.hasOwn(drawn, name)) {
    const parts = drawn[name].map(([tag, attributes]) => svg(tag, attributes))
    return svg('svg', { class: 'emoji', viewBox: '0 0 20 20', role: 'img', 'aria-label': label }, ...parts)
  }
  const sign = Object.hasOwn(written, name) && written[name]
  return sign ? el('span', { class: 'emoji', role: 'img', 'aria-label': label }, sign) : document.createTextNode(label)
}
