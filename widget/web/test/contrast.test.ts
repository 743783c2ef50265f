// The colours of the style sheets, by the numbers that WCAG 1.4.3 and 1.4.11 ask
// for. axe-core sees no placeholder, and nothing of a control that is not in use.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const sheet = (name: string) => readFileSync(`src/${name}.css`, 'utf8').replace(/\/\*.*?\*\//gs, '')
const sheets = ['style', 'more'].flatMap((folder) =>
  readdirSync('src/' + folder).filter((name) => name.endsWith('.css')).map((name) => folder + '/' + name.replace('.css', '')))

/** The custom properties that are colours, of the sheet's rule for a theme. */
function colours(css: string, theme: 'light' | 'dark'): Record<string, string> {
  const rule = css.split('}').find((one) => /--(bg|tx):/.test(one) && one.includes('[data-theme="dark"]') === (theme === 'dark'))
  assert.ok(rule, `there is no rule for the ${theme} theme`)
  return Object.fromEntries([...rule.matchAll(/(--[\w-]+):\s*(?:var\([^,]+,\s*)?(#[\da-f]{3,6})/gi)].map(([, name, colour]) => [name!, colour!]))
}

const light = { ...colours(sheet('style/base'), 'light'), ...colours(sheet('style/tokens'), 'light') }
const themes = { light, dark: { ...light, ...colours(sheet('style/base'), 'dark'), ...colours(sheet('style/tokens'), 'dark') } }

function channels(colour: string): number[] {
  const hex = colour.length === 4 ? [...colour.slice(1)].map((c) => c + c).join('') : colour.slice(1)
  return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16))
}

function luminance(colour: string): number {
  const [r, g, b] = channels(colour).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

function contrast(one: string, other: string): number {
  const [more, less] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (more! + 0.05) / (less! + 0.05)
}

const text = 4.5
const boundary = 3

/** What stands on what, and how clearly it must. */
const pairs: [string, string, number][] = [
  ['--tx', '--bg', text], ['--tx', '--sf', text], ['--tx', '--in', text],
  ['--mu', '--bg', text], ['--mu', '--sf', text], // placeholders and the send button that is not in use, too
  ['--dg', '--bg', text], ['--wx', '--wr', text], ['--on-a', '--a', text], ['--ink', '--bg', text],
  ['--ok', '--bg', boundary], ['--mu', '--bg', boundary],
]

for (const [theme, tokens] of Object.entries(themes) as [keyof typeof themes, Record<string, string>][]) {
  for (const [over, under, least] of pairs) {
    test(`${theme}: ${over} on ${under} has ${least}:1`, () => {
      const ratio = contrast(tokens[over]!, tokens[under]!)
      assert.ok(ratio >= least, `it has ${ratio.toFixed(2)}:1`)
    })
  }
}

test('placeholders have the colour that is tested, undiluted', () => {
  const rule = sheet('style/composer').split('}').find((one) => one.includes('::placeholder'))!
  assert.match(rule, /textarea::placeholder/)
  assert.match(rule, /color: var\(--mu\)/)
  assert.match(rule, /opacity: 1/)
})

test('no style sheet gives text a colour that is no token', () => {
  for (const name of sheets.filter((one) => !one.endsWith('/launcher'))) {
    for (const [, value] of sheet(name).matchAll(/(?<![-\w])color:\s*([^;]+);/g)) {
      assert.match(value!, /^(var\(--(tx|mu|dg|wx|on-a|ink|ok)\)|inherit|currentColor)$/, `${name}.css`)
    }
  }
})
