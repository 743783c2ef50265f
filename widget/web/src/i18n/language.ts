/** The languages that the widget has texts in, by primary subtag. */
const languages = ['en'] as const

export type Language = (typeof languages)[number]

// Written from right to left. A list, because Intl.Locale tells only in some browsers.
const rightToLeft = /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/

export const isRightToLeft = (locale: string): boolean => rightToLeft.test(locale)

/** Makes a language tag one that Intl accepts; undefined where that is impossible. */
export function canonical(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0]
  } catch {
    return undefined
  }
}

/**
 * The locale for texts, times and numbers. What the site asks for (data-lang)
 * holds, since it may bring the texts; else the first wish that can be spoken; else English.
 */
export function chooseLocale(asked: string | undefined, wishes: readonly string[], spoken: readonly string[] = languages): string {
  const demanded = asked && canonical(asked)
  if (demanded) return demanded
  return wishes.map(canonical).find((wish) => wish && spoken.includes(primary(wish))) ?? 'en'
}

/** The language alone, without region and script: pt of pt-BR. */
export const primary = (locale: string): string => locale.toLowerCase().split('-')[0]!
