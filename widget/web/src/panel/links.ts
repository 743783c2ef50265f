/** A piece of a message: text, and where it leads if it is an address. */
export interface Piece {
  text: string
  href?: string
}

const address = /\b(?:https?:\/\/|mailto:)[^\s<>"\u0060]+/gi
// Punctuation at the end belongs to the sentence.
const trailing = /[.,;:!?'\u2019\u201d)\]}*_~]$/

/**
 * Finds the addresses in a plain text. Only http, https and mailto are links here; an
 * address that carries a name before @ is not, as it can pose as another site.
 */
export function pieces(text: string): Piece[] {
  const found: Piece[] = []
  let from = 0
  for (const match of text.matchAll(address)) {
    const link = trim(match[0])
    const href = safe(link)
    if (!href) continue
    if (match.index > from) found.push({ text: text.slice(from, match.index) })
    found.push({ text: link, href })
    from = match.index + link.length
  }
  if (from < text.length) found.push({ text: text.slice(from) })
  return found
}

function trim(link: string): string {
  while (trailing.test(link)) {
    const last = link.at(-1)!
    // A bracket that was opened within the address is a part of it, as in many wikis' addresses.
    if (last === ')' && count(link, '(') >= count(link, ')')) break
    link = link.slice(0, -1)
  }
  return link
}

const count = (text: string, character: string) => text.split(character).length - 1

/** The address as a browser writes it, if a visitor may be led there. */
export function safe(link: string): string | undefined {
  try {
    const url = new URL(link)
    if (url.username || url.password) return undefined
    return /^(https?|mailto|tel):$/.test(url.protocol) ? url.href : undefined
  } catch {
    return undefined
  }
}
