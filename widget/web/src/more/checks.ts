import type { TextKey } from '../i18n/en'

/** The most files that are sent at a time. */
export const maxFiles = 10

// A first look only, so that nobody waits for an upload that must be refused: the
// server looks at the bytes.
const refused = /\.(apk|bat|cmd|com|dmg|exe|html?|jar|js|msi|ps1|scr|sh|svg|vbs)$/i

/** Why a file cannot be sent, undefined where it can. */
export function objection({ name, size }: Pick<File, 'name' | 'size'>, most: number): TextKey | undefined {
  if (!size) return 'fileEmpty'
  if (size > most) return 'fileLarge'
  return refused.test(name) ? 'fileType' : undefined
}

const reasons: Record<string, TextKey> = {
  file_large: 'fileLarge',
  file_type: 'fileType',
  file_empty: 'fileEmpty',
  file_limit: 'fileLimit',
  group_offline: 'failOffline',
  closed: 'failClosed',
}

/** What is said of a file that the server refused with a code, or that did not arrive. */
export const reason = (code: string): TextKey => reasons[code] ?? 'fileFailed'

/** Whether sending the same file again can succeed. */
export const passing = (code: string): boolean => !/^file_/.test(code)

/** A number of bytes as people say it: 0.1 kB at least. */
export function bytes(size: number, locale: string): string {
  const large = size >= 1e6
  const value = large ? size / 1e6 : Math.max(size / 1e3, 0.1)
  return new Intl.NumberFormat(locale, {
    style: 'unit', unit: large ? 'megabyte' : 'kilobyte', maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value)
}

/** What kind of file it is, and how large, in few words. */
export function about(name: string, size: number, locale: string): string {
  const ending = /\.(\w{1,5})$/.exec(name)?.[1]?.toUpperCase()
  // Isolated, or it would stand in the middle of a size that reads from right to left.
  return (ending ? `\u2068${ending}\u2069 · ` : '') + bytes(size, locale)
}
