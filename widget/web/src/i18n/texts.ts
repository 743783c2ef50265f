import { en, type Table, type Text, type TextKey } from './en'
import { primary, type Language } from './language'

const tables: Record<Language, Table> = { en }

export type Params = Record<string, string | number>

/** Looks a text up and fills it in; the parameter n chooses the plural form. */
export type Translate = (key: TextKey, params?: Params) => string

/**
 * The texts for a locale. What the site has put into its own words comes first,
 * then the locale's language, then English, key by key.
 */
export function texts(locale: string, own: Partial<Table> = {}): Translate {
  const table = { ...en, ...tables[primary(locale) as Language], ...own }
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
