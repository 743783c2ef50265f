// Charts in messages (docs.slack.dev, data visualization block), drawn simply:
// what they show can be read in a table below as well.

import { el } from './dom.js'
import { svg } from './icons.js'

const width = 460
const height = 180
const left = 44
const bottom = 24
const top = 10

/** The node of a data_visualization block. */
export function chart(b) {
  const draw = Object.hasOwn(drawers, b.chart.type) ? drawers[b.chart.type] : null
  const names = b.chart.segments ? b.chart.segments.map((s) => s.label) : b.chart.series.map((s) => s.name)
  return el('figure', { class: 'block chart' },
    el('figcaption', {}, b.title),
    draw ? draw(b.chart) : el('div', { class: 'undrawn' }, `A chart of type ${b.chart.type} is not drawn here.`),
    (names.length > 1 || b.chart.segments) && el('ul', { class: 'legend' }, names.map((name, i) => el('li', { class: `tone${i}` }, name))),
    el('details', {}, el('summary', {}, 'As a table'), numbers(b.chart)))
}

const drawers = { pie, bar: plot, line: plot, area: plot }

/** The same numbers, for those who do not see the drawing. */
function numbers(c) {
  if (c.segments) return el('table', {}, el('tbody', {}, c.segments.map((s) => el('tr', {}, el('th', { scope: 'row' }, s.label), el('td', {}, shown(s.value))))))
  const valueOf = (series, label) => series.data.find((d) => d.label === label)?.value
  return el('table', {},
    el('thead', {}, el('tr', {}, el('td', {}), c.series.map((s) => el('th', { scope: 'col' }, s.name)))),
    el('tbody', {}, c.axis_config.categories.map((label) => el('tr', {}, el('th', { scope: 'row' }, label), c.series.map((s) => el('td', {}, shown(valueOf(s, label))))))))
}

const shown = (n) => (n == null ? '' : n.toLocaleString('en', { maximumFractionDigits: 2 }))

function pie(c) {
  const sum = c.segments.reduce((n, s) => n + s.value, 0)
  const r = height / 2 - top
  const at = (share) => `${Math.sin(share * 2 * Math.PI) * r} ${-Math.cos(share * 2 * Math.PI) * r}`
  let from = 0
  const slices = c.segments.map((s, i) => {
    const share = s.value / sum
    const path = share === 1
      ? svg('circle', { r, class: `tone${i}` })
      : svg('path', { class: `tone${i}`, d: `M0 0L${at(from)}A${r} ${r} 0 ${share > 0.5 ? 1 : 0} 1 ${at(from + share)}Z` })
    path.append(svg('title', {}, `${s.label}: ${shown(s.value)}`))
    from += share
    return path
  })
  return svg('svg', { viewBox: `${-height / 2} ${-height / 2} ${height} ${height}`, class: 'plot round', 'aria-hidden': 'true' }, ...slices)
}

function plot(c) {
  const { categories, x_label: xLabel, y_label: yLabel } = c.axis_config
  const values = c.series.flatMap((s) => s.data.map((d) => d.value))
  const least = Math.min(0, ...values)
  const steps = scale(least, Math.max(0, ...values))
  const [low, high] = [steps[0], steps.at(-1)]
  const y = (v) => top + (height - top - bottom) * (1 - (v - low) / (high - low || 1))
  const room = (width - left) / categories.length
  const x = (i) => left + room * (i + 0.5)
  const lines = steps.flatMap((v) => [
    svg('path', { class: 'grid', d: `M${left} ${y(v)}H${width}` }),
    svg('text', { x: left - 6, y: y(v) + 4, class: 'end' }, shown(v)),
  ])
  const every = Math.ceil(categories.length / 10) // or the words run into each other
  const words = categories.map((label, i) => (i % every ? '' : svg('text', { x: x(i), y: height - 6, class: 'mid' }, label)))
  const title = (p, s) => svg('title', {}, `${c.series[s].name}, ${p.label}: ${shown(p.value)}`)
  const marks = c.series.flatMap((s, n) => {
    const points = categories.map((label, i) => ({ i, label, value: s.data.find((d) => d.label === label).value }))
    return c.type === 'bar' ? bars(points, n) : curve(points, n)
  })
  function bars(points, n) {
    const wide = Math.min(40, (room * 0.8) / c.series.length)
    return points.map((p) => svg('rect', {
      class: `tone${n}`, x: x(p.i) + wide * (n - c.series.length / 2), width: Math.max(1, wide - 2),
      y: Math.min(y(p.value), y(0)), height: Math.max(1, Math.abs(y(p.value) - y(0))), rx: 2,
    }, title(p, n)))
  }

  function curve(points, n) {
    const path = points.map((p, i) => `${i ? 'L' : 'M'}${x(p.i)} ${y(p.value)}`).join('')
    return [
      c.type === 'area' && svg('path', { class: `fill tone${n}`, d: `${path}L${x(points.length - 1)} ${y(0)}L${x(0)} ${y(0)}Z` }),
      svg('path', { class: `stroke tone${n}`, d: path }),
      ...points.map((p) => svg('circle', { class: `tone${n}`, cx: x(p.i), cy: y(p.value), r: 3 }, title(p, n))),
    ].filter(Boolean)
  }

  return el('div', {},
    yLabel && el('div', { class: 'axis' }, yLabel),
    svg('svg', { viewBox: `0 0 ${width} ${height}`, class: 'plot', 'aria-hidden': 'true' }, ...lines, ...words, ...marks),
    xLabel && el('div', { class: 'axis below' }, xLabel))
}

/** Round numbers from below least to above most, four steps or so. */
function scale(least, most) {
  const raw = (most - least || 1) / 4
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = power * [1, 2, 2.5, 5, 10].find((n) => n * power >= raw)
  const steps = []
  for (let v = Math.floor(least / step) * step; ; v += step) {
    steps.push(Math.round(v * 1e6) / 1e6)
    if (v >= most) return steps
  }
}

// Tables ---------------------------------------------------------------------------

/** The node of a table block; rich draws what is rich text in a cell. */
export function table(b, rich) {
  const columns = b.column_settings || []
  const cell = (tag, c, i) => el(tag, { class: `${columns[i]?.align || 'left'}${columns[i]?.is_wrapped ? '' : ' unwrapped'}`, scope: tag === 'th' && 'col' },
    c?.type === 'rich_text' ? c.elements.map(rich) : c?.type === 'raw_number' ? c.text || shown(c.value) : c?.text)
  const [head, ...rest] = b.rows
  return el('div', { class: 'block table-of' }, el('table', {},
    el('thead', {}, el('tr', {}, head.map((c, i) => cell('th', c, i)))),
    el('tbody', {}, rest.map((row) => el('tr', {}, row.map((c, i) => cell('td', c, i)))))))
}
