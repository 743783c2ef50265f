import type { OwnTable, OwnWords, Table } from './en'
import { isSpoken, primary } from './language'
import { texts, type Translate } from './texts'
import type { FetchWords } from './words'

/** How the panel speaks. */
export interface Voice {
  /** For times and numbers, and what the texts are marked as. */
  locale: string
  t: Translate
  /** What a group is called, and what it is about where that is known. */
  named<G extends Named>(group: G): G
}

/** What has a name that a site may give in several languages. */
interface Named { id: string; name: string; about?: string }

/**
 * Finds the words for a locale. The site's own for it come first, then the site's
 * own for all, then the language's, then English, key by key. Where the language
 * cannot be had, English stands in for all of it, with English times.
 */
export async function findVoice(wanted: string, own: OwnWords, fetchWords: FetchWords): Promise<Voice> {
  const { language, locale } = languageOf(wanted)
  let words: Table | undefined = {}
  if (language !== 'en') words = isSpoken(wanted) ? await fetchWords(language) : own.translations?.[language]
  return words ? voice(locale, words, own, [primary(wanted), language, wanted]) : voice('en', {}, own, ['en'])
}

/** tags are those that the site's own words may stand under, the more special later. */
function voice(locale: string, words: Table, { texts: ofAll = {}, translations = {} }: OwnWords, tags: string[]): Voice {
  const own: OwnTable = Object.assign({}, ofAll, ...tags.map((tag) => translations[tag]))
  return {
    locale,
    t: texts(locale, words, own),
    named(group) {
      const key = `group.${group.id}` as const
      return { ...group, name: own[key] ?? group.name, about: own[`${key}.about`] ?? group.about }
    },
  }
}

/**
 * The language that speaks for a locale, and the locale as Intl shall write in
 * it. Chinese is simplified, whatever the region, and Norwegian is bokmål.
 */
export function languageOf(wanted: string): { language: string; locale: string } {
  const { language, region } = new Intl.Locale(wanted)
  if (language === 'zh') return { language: 'zh-Hans', locale: 'zh-Hans' }
  if (language === 'no' || language === 'nn') return { language: 'nb', locale: 'nb' }
  return { language: language === 'pt' && region === 'BR' ? 'pt-BR' : language, locale: wanted }
}
