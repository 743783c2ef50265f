// Refuses what would parse a string as markup, styles or code: the strictest page
// policies forbid it, and a visitor's or an agent's text must never get there. Also
// what the build would take wrongly.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const banned = [
  /\b(inner|outer)HTML\b/,
  /insertAdjacentHTML/,
  /document\.write/,
  /createContextualFragment|DOMParser|setHTMLUnsafe/,
  /setAttribute\(\s*['"`]style/,
  /cssText/,
  /new Function|\beval\(/,
  /<style/,
  /(setTimeout|setInterval)\(\s*['"`]/,
  // A text's key in other quotes than single ones is not built in (internal/webbuild/bundle/locales.go).
  /\bt\(\s*["`]/,
]

const web = new URL('..', import.meta.url).pathname
const sources = readdirSync(join(web, 'src'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
let found = 0
for (const entry of sources) {
  const path = join(entry.parentPath ?? entry.path, entry.name)
  readFileSync(path, 'utf8').split('\n').forEach((line, i) => {
    const rule = banned.find((one) => one.test(line))
    if (!rule) return
    found++
    console.error(`${relative(web, path)}:${i + 1}: ${rule} is banned: ${line.trim()}`)
  })
}
if (found) process.exitCode = 1
else console.log(`${sources.length} files, nothing banned`)
