import type { Outgoing } from './storage'

/**
 * What a tab tells the visitor's other tabs. Facts about the screen only: entries
 * reach each tab over its own connection.
 */
export type Fact =
  /** Where a message stands that was written in the telling tab. */
  | { own: Outgoing }
  /** The visitor gave this message up before it was sent. */
  | { dropped: string }
  /** The telling tab is gone, perhaps for good, and could not send these messages of its own. */
  | { left: string[] }
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
export interface Settings { muted?: boolean; notify?: boolean; skipped?: number | undefined }

export interface Identity {
  vid: string
  tok: string
  cid?: string
}

export interface Tabs {
  tell(fact: Fact): void
  /**
   * Calls run once it is this tab's turn: no other tab has one until the end that run is given
   * is called, or the tab is gone. Absent where the browser cannot have tabs take turns.
   */
  turn?(run: (end: () => void) => void): void
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
  // Only on pages that came by https.
  const { locks } = navigator
  if (locks) tabs.turn = (run) => void locks.request('chatgroups:' + site, () => new Promise<void>(run))
  tabs.resume()
  return tabs
}
