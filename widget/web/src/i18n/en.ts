import en from './locales/en.json'

/**
 * Every text that a visitor can see or hear, in English: what each other language
 * is measured by. In a build it holds the texts that the file uses, in this order; more.js has those
 * that the panel has not.
 */
export { en }

export type TextKey = keyof typeof en

/** A text, or its forms by plural category (`Intl.PluralRules`). */
export type Text = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>)

/** Texts of one language; what it lacks is said in English. */
export type Table = Partial<Record<TextKey, Text>>

/** A site's texts: in place of the widget's, and as group.tech and group.tech.about of a group's. */
export type OwnTable = Table & { [group: `group.${string}`]: string }

/** What a site says in its own words. */
export interface OwnWords {
  /** In whatever language the visitor reads. */
  texts?: OwnTable
  /** In one language or region, by tag (de, pt-BR). */
  translations?: Record<string, OwnTable>
}
