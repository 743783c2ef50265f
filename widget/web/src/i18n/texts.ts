import { isolate } from './bidi'
import { en, type Table, type Text, type TextKey } from './en'
import { isRightToLeft } from './language'

export type Params = Record<string, string | number>

/** Looks a text up and fills it in; the parameter n chooses the plural form. */
export type Translate = (key: TextKey, params?: Params) => string

let later: Table = {}

/** Adds the English texts of what is fetched after the panel; other languages have theirs in the same order. */
export function learn(english: Table): void {
  later = english
}

/** The texts for a locale: of each, the one in the last table that has it, and English where none has. */
export function texts(locale: string, ...tables: Table[]): Translate {
  const table: Record<TextKey, Text> = Object.assign({}, en, ...tables)
  const plurals = new Intl.PluralRules(locale)
  const numbers = new Intl.NumberFormat(locale)
  const rtl = isRightToLeft(locale)
  // A language's texts for later stand in its table by their numbers.
  const find = (key: TextKey) => table[key] ?? table[Object.keys(later).indexOf(key) as unknown as TextKey] ?? later[key]!
  return (key, params = {}) =>
    form(find(key), params['n'], plurals).replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = params[name] ?? ''
      return typeof value === 'number' ? numbers.format(value) : isolate(value, rtl)
    })
}

function form(text: Text, n: string | number | undefined, plurals: Intl.PluralRules): string {
  if (typeof text === 'string') return text
  return text[plurals.select(Number(n))] ?? text.other
}
