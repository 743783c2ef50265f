import type { Ev } from './frames'

/** A page of the conversation's past, in order. */
export interface Page {
  events: Ev[]
  /** Whether there is something before it. */
  more: boolean
}

/** Fetches up to 50 entries from before the entry `before`. The token travels in a header, never in the address. */
export type FetchHistory = (before: number, tok: string) => Promise<Page>

/** base is the address of the protocol's folder, with a slash at its end. */
export function historyOf(base: string, site: string): FetchHistory {
  return async (before, tok) => {
    const response = await fetch(`${base}history?before=${before}`, {
      headers: { Authorization: 'Bearer ' + tok, 'X-Chatgroups-Site': site },
      credentials: 'omit',
    })
    if (!response.ok) throw new Error(`history: the server answered ${response.status}`)
    return (await response.json()) as Page
  }
}
