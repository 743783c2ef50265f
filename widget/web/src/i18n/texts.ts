import { en, type Table, type Text, type TextKey } from './en'

export type Params = Record<string, string | number>

/** Looks a text up and fills it in; the parameter n chooses the plural form. */
export type Translate = (key: TextKey, params?: Params) => string

/** The texts for a locale: of each, the one in the last table that has it, and English where none has. */
export function texts(locale: string, ...tables: Table[]): Translate {
  const table: Record<TextKey, Text> = Object.assign({}, en, ...tables)
  const plurals = new Intl.PluralRules(locale)
  const numbers = new Intl.NumberFormat(locale)
  return (key, params = {}) =>
    form(table[key], params['n'], plurals).replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = params[name] ?? ''
      return typeof value === 'number' ? numbers.format(value) : value
    })
}

function form(text: Text, n: string | number | undefined, plurals: Intl.PluralRules): string {
  if (typeof text === 'string') return text
  return text[plurals.select(Number(n))] ?? text.other
}
