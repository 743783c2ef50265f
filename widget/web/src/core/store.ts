import type { Ev, Group, Person, Progress, Welcome } from './frames'
import type { Saved } from './storage'
import type { Identity } from './tabs'

/** What became of an entry: it counted, it was known already, or one before it is missing. */
export type Applied = 'new' | 'old' | 'gap'

/** What the widget knows of the conversation: the applied part of the server's log, and who takes part. */
export class Store {
  tok: string | undefined
  vid: string | undefined
  cid: string | undefined
  epoch: string | undefined
  /** The last entry applied; what hello carries as `since`. */
  seq = 0
  /** The last entry that the visitor has seen. */
  read = 0
  closed = false
  /** Ids of the groups that take part. */
  with: string[] = []
  agents: Person[] = []
  /** Undefined until a server has been met. */
  progress: Progress | undefined
  skipped: number | undefined
  muted: boolean | undefined
  notify: boolean | undefined
  /** The entries at hand, in order. */
  events: Ev[] = []
  /** A welcome announced that the entries before the next one are left out. */
  private skips = false

  constructor(public groups: Group[], saved?: Saved) {
    Object.assign(this, saved)
  }

  snapshot(): Saved {
    const { groups, skips, ...saved } = this as Saved & Pick<Store, 'groups'> & { skips: boolean }
    return saved
  }

  /**
   * Takes over what the server says, and forgets the entries of another conversation
   * or of another epoch. True in the latter case: the server may have lost what it
   * had said to have.
   */
  welcome(frame: Welcome): boolean {
    const restored = this.epoch !== undefined && this.epoch !== frame.epoch
    if (restored || (this.cid !== undefined && this.cid !== frame.cid)) this.forget()
    const { tok = this.tok, vid, cid, epoch, groups, with: partners, agents, closed } = frame
    Object.assign(this, { tok, vid, cid, epoch, groups, with: partners, agents, closed })
    if (frame.more) this.events = []
    this.skips = !!frame.more
    this.progress ??= { delivered: 0, seen: 0 }
    return restored
  }

  apply(event: Ev): Applied {
    if (event.seq <= this.seq) return 'old'
    if (event.seq !== this.seq + 1 && !this.skips) return 'gap'
    this.skips = false
    this.seq = event.seq
    this.events.push(event)
    this.follow(event)
    return 'new'
  }

  /** A message was taken into the conversation cid; true where that is another one than before. */
  enter(cid: string): boolean {
    const other = this.cid !== undefined && this.cid !== cid
    if (other) this.forget()
    this.cid = cid
    return other
  }

  /**
   * Becomes the visitor that another tab is, unless this tab has a conversation as
   * somebody else; true where the server must be asked anew. Of two tabs that both
   * began to write and have no conversation yet, only one gives way, or they would swap for ever.
   */
  adopt({ vid, tok, cid }: Identity, writing: boolean): boolean {
    const same = this.vid === vid
    const insists = this.cid !== undefined || (cid === undefined && writing && this.vid !== undefined && this.vid < vid)
    if (!same && insists) return false
    this.vid = vid
    this.tok = tok
    if (same && this.cid === cid) return false
    if (cid !== undefined) this.enter(cid)
    return true
  }

  /** Puts a page of history before the entries at hand. */
  prepend(older: Ev[]): void {
    const oldest = this.oldest()
    this.events = [...older.filter((event) => event.seq < oldest), ...this.events]
  }

  /** The number of the first entry at hand; Infinity when there is none. */
  oldest(): number {
    return this.events[0]?.seq ?? Infinity
  }

  /** Whether the server has entries from before the ones at hand. */
  hasOlder(): boolean {
    return this.events.length > 0 && this.oldest() > 1
  }

  /** How many of the agents' messages the visitor has not seen. */
  unread(): number {
    return this.events.filter((event) => event.seq > this.read && isReply(event)).length
  }

  private follow(event: Ev): void {
    const { kind, by, group } = event
    if (group && kind === 'joined' && !this.with.includes(group)) this.with = [...this.with, group]
    if (group && kind === 'left') this.with = this.with.filter((id) => id !== group)
    if (kind === 'closed') this.closed = true
    if (kind === 'reopened') this.closed = false
    const { name, avatar = '' } = by
    if (by.role !== 'agent' || !name) return
    const known = this.agents.find((agent) => agent.name === name)
    // A picture may come after its agent.
    if (!known || (avatar && avatar !== known.avatar)) {
      this.agents = [...this.agents.filter((agent) => agent !== known), { name, avatar }]
    }
  }

  private forget(): void {
    this.seq = this.read = 0
    this.events = []
    this.with = []
    this.agents = []
    this.closed = false
    this.progress = this.skipped = undefined
  }
}

/** Whether an entry is something that an agent said to the visitor. */
export const isReply = (event: Ev): boolean => event.kind === 'message' && event.by.role !== 'visitor' && !event.me
