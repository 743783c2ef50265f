import type { Ev, Person, Progress } from './frames'
import type { Mode } from './transport'

/** What a browser remembers of a conversation. */
export interface Saved {
  tok?: string
  vid?: string
  cid?: string
  epoch?: string
  seq: number
  read: number
  closed: boolean
  with: string[]
  agents: Person[]
  progress?: Progress
  /** The close after which the visitor did not want to rate. */
  skipped?: number
  /** What the visitor has set in the menu. */
  muted?: boolean
  notify?: boolean
  /** The newest entries only; older ones are the server's to give. */
  events: Ev[]
}

/** A message of the visitor's on its way to the server, or what they want to become of one. */
export interface Outgoing {
  id: string
  body: string
  at: number
  group?: string
  leave?: true
  fresh?: true
  /** It is a rating, of which body is the comment. */
  stars?: number
  /** It gives the message of this id other words, or with gone takes it back. */
  of?: string
  gone?: true
  /** It has been on a line, so that the server may have it. */
  tried?: true
  /** Where the server has put it: the entry, and the conversation that it counts in. */
  seq?: number
  cid?: string
  /** wait: to be sent, or sent and not answered. sent: on the server's disk. fail: the visitor decides. */
  state: 'wait' | 'sent' | 'fail'
  /** Why it failed: a nack code, `refused`, or `old`. */
  code?: string
}

/** The part of the Web Storage interface that is used here. */
export type Area = Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

/** The name under which a site's conversation is kept. */
const storageKey = (site: string): string => 'chatgroups:' + site

/** Whether this browser has a conversation with the site; only looks. */
export const remembers = (site: string): boolean =>
  attempt(() => openArea('localStorage')?.getItem(storageKey(site))) != null

const keptEvents = 50

/**
 * Keeps a conversation in the browser. Nothing is written before permit, which is
 * called when the visitor sends a first message. Where the browser refuses
 * (blocked, full, private), the page's own memory must do, so no call fails.
 */
export class SiteStorage {
  /** The browser holds what this tab last saved, or held what it loaded. */
  kept = false
  private readonly key: string
  private readonly outKey: string
  private permitted: boolean
  private mode: Mode | undefined

  constructor(site: string, private readonly local: Area | undefined, private readonly session: Area | undefined) {
    this.key = storageKey(site)
    this.outKey = this.key + ':out:'
    this.kept = this.permitted = this.load() !== undefined
  }

  permit(): void {
    this.permitted = true
    if (this.mode) this.saveMode(this.mode)
  }

  load(): Saved | undefined {
    return attempt(() => JSON.parse(this.local?.getItem(this.key) ?? 'null') as Saved | null) ?? undefined
  }

  save(saved: Saved): void {
    this.kept = this.write(this.local, this.key, JSON.stringify({ ...saved, events: saved.events.slice(-keptEvents) }))
  }

  /** The messages on their way, oldest first. Each has a key of its own, so that tabs do not overwrite each other's. */
  loadOutgoing(): Outgoing[] {
    return (attempt(() => {
      const all: Outgoing[] = []
      for (let i = 0; this.local && i < this.local.length; i++) {
        const key = this.local.key(i)
        if (key?.startsWith(this.outKey)) all.push(JSON.parse(this.local.getItem(key)!) as Outgoing)
      }
      return all
    }) ?? []).sort((a, b) => a.at - b.at)
  }

  putOutgoing(message: Outgoing): void {
    this.write(this.local, this.outKey + message.id, JSON.stringify(message))
  }

  dropOutgoing(id: string): void {
    attempt(() => this.local?.removeItem(this.outKey + id))
  }

  /** The way to the server that worked last in this tab. */
  loadMode(): Mode {
    return attempt(() => this.session?.getItem(this.key)) === 'poll' ? 'poll' : 'ws'
  }

  saveMode(mode: Mode): void {
    this.mode = mode
    this.write(this.session, this.key, mode)
  }

  /** Forgets the conversation, and writes nothing until it is permitted again. */
  clear(): void {
    this.kept = this.permitted = false
    for (const { id } of this.loadOutgoing()) this.dropOutgoing(id)
    attempt(() => this.local?.removeItem(this.key))
    attempt(() => this.session?.removeItem(this.key))
  }

  private write(area: Area | undefined, key: string, value: string): boolean {
    return this.permitted && !!attempt(() => (area?.setItem(key, value), area !== undefined))
  }
}

/** Opens one of the page's storage areas; undefined where even the mention of it is forbidden. */
export function openArea(name: 'localStorage' | 'sessionStorage'): Area | undefined {
  return attempt(() => globalThis[name])
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}
