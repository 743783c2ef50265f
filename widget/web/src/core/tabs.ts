import type { Outgoing, Saved } from './storage'

/**
 * What a tab tells the visitor's other tabs. Facts about the screen only: entries
 * reach each tab over its own connection.
 */
export type Fact =
  /** Where a message stands that was written in the telling tab. */
  | { own: Outgoing }
  /** The visitor gave this message up before it was sent. */
  | { dropped: string }
  /** Who the visitor is to the server, and in which conversation messages end up now. */
  | { who: Identity }
  /** Everything up to this entry was seen. */
  | { read: number }
  /** The telling tab lets the visitor hear of this entry. */
  | { rang: string }
  /** What the visitor set in the menu. */
  | { set: Settings }
  /** The conversation was taken out of this browser. */
  | { reset: true }

/** What the visitor sets in the menu, or skips, for all tabs. */
export type Settings = Pick<Saved, 'muted' | 'notify' | 'skipped'>

export interface Identity {
  vid: string
  tok: string
  cid?: string
}

export interface Tabs {
  tell(fact: Fact): void
  /** Lets go of the other tabs, so that the browser can keep the page for Back. */
  pause(): void
  resume(): void
}

/** Joins the site's other tabs; where the browser has no channel for that, nobody hears. */
export function joinTabs(site: string, heard: (fact: Fact) => void): Tabs {
  let channel: BroadcastChannel | undefined
  const tabs: Tabs = {
    tell: (fact) => channel?.postMessage(fact),
    pause() {
      channel?.close()
      channel = undefined
    },
    resume() {
      if (channel || typeof BroadcastChannel === 'undefined') return
      channel = new BroadcastChannel('chatgroups:' + site)
      channel.onmessage = ({ data }) => heard(data as Fact)
    },
  }
  tabs.resume()
  return tabs
}
