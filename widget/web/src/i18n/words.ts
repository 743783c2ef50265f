import { en, type Table, type Text, type TextKey } from './en'

/** The set of languages that this panel was built with: in it, texts stand in the order of the panel's own. */
declare const LOCALES_VERSION: string

// English is at hand, so nobody waits longer for another language.
const patience = 4_000

/** The texts of a language, and how they are had. */
export type FetchWords = (language: string) => Promise<Table | undefined>

/**
 * Fetches languages from the server whose protocol's folder is base. What cannot be
 * had, or is not what this panel was built with, is undefined: no text is worth an
 * error.
 */
export const fetchWords = (base: string): FetchWords => async (language) => {
  try {
    const address = `${base}l/${LOCALES_VERSION}/${language}.json`
    const answer = await fetch(address, { credentials: 'omit', signal: AbortSignal.timeout(patience) })
    return answer.ok ? asTable(await answer.json()) : undefined
  } catch {
    return undefined
  }
}

/** Puts a list of texts under the keys that they stand for; those of what is fetched later follow, under their numbers. */
export function asTable(list: unknown): Table | undefined {
  const keys = Object.keys(en) as TextKey[]
  if (!Array.isArray(list) || list.length < keys.length) return undefined
  return Object.fromEntries(list.map((text: Text, i) => [keys[i] ?? i - keys.length, text]))
}
