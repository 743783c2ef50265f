import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitAccent } from '../src/style/accent'

const panel = { light: [255, 255, 255], dark: [0x15, 0x18, 0x1e] }

/** Contrast after WCAG, written down a second time. */
function contrast(a: number[], b: number[]): number {
  const luminance = (colour: number[]) => {
    const [r, g, b] = colour.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
  }
  const [x, y] = [luminance(a), luminance(b)]
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
}

const channels = (css: string) => (css === '#000' ? [0, 0, 0] : css === '#fff' ? [255, 255, 255] : css.match(/\d+/g)!.map(Number))

test('every accent is readable on the panel and under its text, in both themes', () => {
  for (let i = 0; i < 4096; i++) {
    const accent = '#' + [i >> 8, (i >> 4) & 15, i & 15].map((c) => (c * 17).toString(16).padStart(2, '0')).join('')
    for (const theme of ['light', 'dark'] as const) {
      const fit = fitAccent(accent, theme)!
      assert.ok(contrast(channels(fit.ink), panel[theme]) >= 4.5, `${accent} as ink in ${theme}`)
      assert.ok(contrast(channels(fit.text), channels(fit.surface)) >= 4.5, `text on ${accent} in ${theme}`)
    }
  }
})

test('a readable accent stays as it was chosen', () => {
  assert.deepEqual(fitAccent('#3355d1', 'light'), { surface: 'rgb(51,85,209)', text: '#fff', ink: 'rgb(51,85,209)' })
})

test('what is no colour leaves the default', () => {
  for (const accent of ['', 'red', '#12345', '#1234567', '#ggg', 'url(x)']) assert.equal(fitAccent(accent, 'light'), undefined)
})
