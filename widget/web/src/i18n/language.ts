// What locales/ has texts in, by primary subtag; no and nn are read as bokmål.
// One expression, since every page view pays for it.
const spoken = /^(ar|cs|da|de|el|en|es|fi|fr|he|hu|it|ja|n[bln]|no|pl|pt|ro|ru|sv|tr|uk|zh)\b/

// Written from right to left, also where only the site has the words. A list,
// because Intl.Locale tells only in some browsers.
const rightToLeft = /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/

export const isSpoken = (locale: string): boolean => spoken.test(locale)

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
 * holds, since it may bring the texts, unless it asks for "auto"; else the first
 * wish that can be spoken; else English.
 */
export function chooseLocale(asked: string | undefined, wishes: readonly string[]): string {
  const demanded = asked && asked !== 'auto' && canonical(asked)
  return demanded || (wishes.map(canonical).find((wish) => wish && isSpoken(wish)) ?? 'en')
}

/** The language alone, without region and script: pt of pt-BR. */
export const primary = (locale: string): string => locale.split('-')[0]!
