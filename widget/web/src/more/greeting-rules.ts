import { primary } from '../i18n/language'
import type { Greeting } from '../loader/shell'

/** Whether a page's path is one of those that a pattern means, in which * stands for any text. */
export function fits(path: string, pattern = '*'): boolean {
  const [first = '', ...rest] = pattern.split('*')
  if (!path.startsWith(first)) return false
  let at = first.length
  for (const part of rest) {
    const found = path.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return !rest.length ? at === path.length : !rest.at(-1) || path.endsWith(rest.at(-1)!)
}

/** What a greeting says to a reader of a language. */
export const wording = ({ text, texts = {} }: Greeting, locale: string): string => texts[locale] ?? texts[primary(locale)] ?? text
