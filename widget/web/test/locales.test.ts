import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { en, type Text } from '../src/i18n/en'
import { isSpoken } from '../src/i18n/language'
import { languageOf } from '../src/i18n/voice'

// The tests run in the folder of the package.
const folder = 'src/i18n/locales'
const tables = new Map<string, Record<string, Text>>()
for (const name of readdirSync(folder)) {
  if (name.endsWith('.json')) tables.set(name.replace('.json', ''), JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')))
}
const translated = [...tables.keys()].filter((language) => language !== 'en')

/** Every text of a table with its key, plural forms each for itself; what is about the file left out. */
function each(language: string): [key: string, text: string][] {
  return Object.entries(tables.get(language)!).filter(([key]) => !key.startsWith('$')).flatMap(([key, text]) =>
    typeof text === 'string' ? [[key, text]] : Object.entries(text).map(([form, one]): [string, string] => [`${key}.${form}`, one]))
}

const placeholders = (text: string) => [...new Set(text.match(/\{[^}]*\}?|\}/g) ?? [])].sort()

/** The English text for a key, whichever plural form. */
function english(key: string): string {
  const text: Text = en[key.split('.')[0] as keyof typeof en]
  return typeof text === 'string' ? text : text.other
}

test('the languages are those that the widget says it speaks', () => {
  assert.deepEqual([...tables.keys()].sort(), [
    'ar', 'cs', 'da', 'de', 'el', 'en', 'es', 'fi', 'fr', 'he', 'hu', 'it', 'ja', 'nb', 'nl', 'pl', 'pt', 'pt-BR', 'ro',
    'ru', 'sv', 'tr', 'uk', 'zh-Hans',
  ])
  for (const language of tables.keys()) {
    assert.ok(isSpoken(language), language)
    assert.equal(languageOf(language).language, language)
  }
  for (const other of ['ko', 'fa', 'nds', 'est', 'zu', 'x-de']) assert.ok(!isSpoken(other), other)
})

for (const language of tables.keys()) {
  test(`${language} has every text, and no other`, () => {
    const keys = Object.keys(tables.get(language)!).filter((key) => !key.startsWith('$'))
    assert.deepEqual(keys, Object.keys(en))
  })

  test(`${language} has exactly the plural forms that Intl chooses from`, () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.sort()
    for (const [key, text] of Object.entries(en)) {
      const own = tables.get(language)![key]!
      assert.equal(typeof own, typeof text, key)
      if (typeof own === 'object') assert.deepEqual(Object.keys(own).sort(), forms, key)
    }
  })

  test(`${language} is plain text, with the placeholders of English`, () => {
    for (const [key, text] of each(language)) {
      assert.deepEqual(placeholders(text), placeholders(english(key)), key)
      assert.doesNotMatch(text, /[<>&\\`$]|https?:|\s\s|[\u0000-\u001f\u007f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/, key)
      assert.equal(text, text.trim().normalize(), key)
      assert.notEqual(text, '', key)
    }
  })

  test(`${language} is not much longer than English`, () => {
    for (const [key, text] of each(language)) {
      const limit = 12 + english(key).length * 1.75
      assert.ok(text.length <= limit, `${key} has ${text.length} characters, of at most ${limit}: ${text}`)
    }
  })

  test(`${language} writes like itself`, () => {
    for (const [key, text] of each(language)) {
      assert.doesNotMatch(text, /\.\.\.|"|(?<=\p{L})'(?=\p{L})/u, `${key} has typewriter signs`)
      if (language === 'fr') assert.doesNotMatch(text, /(?<![\u202f\u00a0])[?!;:](?!\/)/u, `${key} lacks a narrow space`)
      if (/^(ja|zh)/.test(language)) assert.doesNotMatch(text, /[?!():;]|,(?! )/, `${key} has narrow signs`)
      if (/^(ar|he)/.test(language) && /\p{L}/u.test(english(key).replace(/\{\w+\}/g, ''))) {
        assert.match(text, language === 'ar' ? /\p{Script=Arabic}/u : /\p{Script=Hebrew}/u, key)
      }
    }
  })
}

for (const language of translated) {
  test(`${language} says who has reviewed it`, () => {
    assert.match(String(tables.get(language)!['$review']), /^(machine|native)$/)
  })

  test(`${language} is at most 2 KB, with every text in use`, () => {
    const list = Object.keys(en).map((key) => tables.get(language)![key])
    const size = gzipSync(JSON.stringify(list), { level: 9 }).length
    assert.ok(size <= 2048, `it has ${size} bytes gzipped`)
  })

  test(`${language} is a translation`, () => {
    // Names, and words that two languages share.
    const same = each(language).filter(([key, text]) => text === english(key) && /\p{L}{2}/u.test(text.replace(/\{\w+\}/g, '')))
    assert.ok(same.length <= 8, same.map(([key]) => key).join(', '))
  })
}
