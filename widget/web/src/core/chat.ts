import { backoff } from './backoff'
import type { Cancel, Clock } from './clock'
import { Connection, type Phase } from './connection'
import type { Ev, Group, Hello, Nack, Send, ServerFrame } from './frames'
import type { FetchHistory } from './history'
import { Outbox } from './outbox'
import type { Outgoing, SiteStorage } from './storage'
import { isReply, Store } from './store'
import type { Fact, Tabs } from './tabs'
import type { Dial, Mode } from './transport'

/** What the page says of the visitor; nobody has verified it. */
type Profile = Pick<Hello, 'name' | 'email'>

/** Where the visitor is, as hello tells it. */
export type Page = Pick<Hello, 'lang' | 'tz' | 'url' | 'title' | 'ref'>

export interface ChatOptions {
  site: string
  groups: Group[]
  storage: SiteStorage
  dial: Record<Mode, Dial>
  history: FetchHistory
  clock: Clock
  random(): number
  newId(): string
  page(): Page
  profile: Profile
  tabs(heard: (fact: Fact) => void): Tabs
  /** Something that can be seen has changed. */
  changed(): void
  /** An agent's message arrived. */
  replied(event: Ev): void
  /** The server has a message of the visitor's on disk. */
  sent(id: string): void
  /** The server refused a message, or everything. */
  failed(code: string): void
}

// Storing 50 entries for each of a hundred replayed ones would be waste.
const saveDelay = 200
// Refusals that pass by themselves, and how often one message is tried anew before the visitor is asked.
const passing = new Set(['rate', 'internal'])
const patience = 5

/** One visitor's chat with one site: the log, what is on its way, and the connection that both need. No DOM. */
export class Chat {
  store: Store
  outbox: Outbox
  private readonly connection: Connection
  private readonly tabs: Tabs
  private profile: Profile
  private opened = false
  private paused = false
  private readonly refusals = new Map<string, number>()
  private pendingSave: Cancel | undefined
  private holding: Cancel | undefined
  private loading = false

  constructor(private readonly options: ChatOptions) {
    const { storage, clock, dial, random, groups } = options
    this.profile = options.profile
    this.store = new Store(groups, storage.load())
    this.outbox = new Outbox(storage, clock.now())
    this.tabs = options.tabs((fact) => this.heard(fact))
    this.connection = new Connection({
      dial, clock, random,
      mode: storage.loadMode(),
      hello: () => this.hello(),
      frame: (frame) => this.receive(frame),
      changed: (phase) => {
        if (phase === 'refused') options.failed(phase)
        options.changed()
      },
      settled: (mode) => storage.saveMode(mode),
      tokenRefused: () => void (this.store.tok = undefined),
      frameRefused: () => this.outbox.waiting().forEach(({ id }) => this.fail(id, 'refused')),
    })
    this.settle()
  }

  get phase(): Phase {
    return this.connection.phase
  }

  /** Whether there is a conversation to show; otherwise the visitor has yet to choose a group. */
  get begun(): boolean {
    return this.store.cid !== undefined || this.outbox.all().length > 0
  }

  /** The groups that the visitor talks with, or is about to. */
  partners(): Group[] {
    const ids = this.store.with.length ? this.store.with : this.outbox.all().map((message) => message.group)
    return this.store.groups.filter((group) => ids.includes(group.id))
  }

  /** The panel is open: there must be a connection, also without a conversation. */
  open(): void {
    this.opened = true
    this.settle()
    this.connection.wake()
  }

  close(): void {
    this.opened = false
    this.settle()
  }

  /** Keeps a message and sends it as soon as can be; group is needed to begin a conversation. */
  send(body: string, group = this.partners()[0]?.id): void {
    const off = this.store.groups.find(({ id }) => id === group)?.state === 'off'
    const { storage, clock, newId } = this.options
    const message: Outgoing = { id: newId(), body, at: clock.now(), state: 'wait' }
    if (group) message.group = group
    if (off && this.begins()) message.leave = true
    storage.permit()
    this.outbox.add(message)
    this.save()
    this.tabs.tell({ own: message })
    this.settle()
    this.connection.wake()
    this.transmit(message)
    this.options.changed()
  }

  /** Tries a failed message again; leave keeps it for a group that is off. */
  retry(id: string, leave: boolean): void {
    this.refusals.delete(id)
    const message = this.outbox.retry(id, leave)
    if (!message) return
    this.tabs.tell({ own: message })
    this.settle()
    this.connection.wake()
    this.transmit(message)
    this.options.changed()
  }

  /** The visitor has seen everything up to now. */
  seen(): void {
    const { store } = this
    if (store.read >= store.seq) return
    store.read = store.seq
    this.connection.send({ t: 'read', seq: store.seq })
    this.tabs.tell({ read: store.seq })
    this.saveSoon()
  }

  /** Fetches what was said before the entries at hand; false when that failed. */
  async loadOlder(): Promise<boolean> {
    const { store } = this
    if (this.loading || !store.tok || !store.hasOlder()) return true
    this.loading = true
    try {
      const page = await this.options.history(store.oldest(), store.tok)
      if (store === this.store) store.prepend(page.events)
      this.options.changed()
      return true
    } catch {
      return false
    } finally {
      this.loading = false
    }
  }

  /** Who the visitor says to be; said to the server with a new hello. */
  introduce(profile: Profile): void {
    this.profile = { ...this.profile, ...profile }
    if (this.connection.phase !== 'asleep') this.connection.restart()
  }

  /** The visitor used the tab. */
  wake(): void {
    this.connection.wake()
  }

  /** The network may be back. */
  kick(): void {
    this.connection.kick()
  }

  /** The page goes away, perhaps to come back: nothing may hold it, and nothing may be lost. */
  pause(): void {
    this.paused = true
    this.save()
    this.settle()
    this.tabs.pause()
  }

  resume(): void {
    this.paused = false
    this.tabs.resume()
    this.settle()
    this.connection.kick()
  }

  /** Takes the conversation out of this browser, in all tabs. */
  reset(): void {
    this.tabs.tell({ reset: true })
    this.forget()
  }

  private forget(): void {
    const { storage, clock } = this.options
    this.pendingSave?.()
    this.holding?.()
    this.pendingSave = this.holding = undefined
    this.connection.stop()
    storage.clear()
    this.store = new Store(this.store.groups)
    this.outbox = new Outbox(storage, clock.now())
    this.profile = {}
    this.settle()
    this.options.changed()
  }

  /** Wants a connection exactly where one is of use: no conversation and a closed panel need none. */
  private settle(): void {
    const talks = this.store.cid !== undefined && !this.store.closed
    if (!this.paused && (this.opened || talks || this.outbox.waiting().length > 0)) this.connection.start()
    else this.connection.stop()
  }

  private hello(): Hello {
    const { site, page } = this.options
    const { tok, cid, epoch, seq } = this.store
    // Fields that are undefined do not survive JSON.
    return { t: 'hello', v: 1, site, tok, cid, epoch, since: seq, ...page(), ...this.profile }
  }

  private receive(frame: ServerFrame): void {
    switch (frame.t) {
      case 'welcome':
        this.store.welcome(frame)
        if (this.begun) this.tellIdentity()
        this.holding?.()
        this.holding = undefined
        this.outbox.waiting().forEach((message) => this.transmit(message))
        break
      case 'ev':
        if (!this.take(frame)) return
        break
      case 'ack':
        if (frame.cid !== this.store.cid) {
          this.store.enter(frame.cid)
          this.tellIdentity()
        }
        this.refusals.delete(frame.id)
        if (this.outbox.sent(frame.id, frame.at)) this.options.sent(frame.id)
        break
      case 'nack':
        this.refuse(frame)
        break
      case 'groups':
        this.store.groups = frame.groups
    }
    this.saveSoon()
    this.settle()
    this.options.changed()
  }

  private take(event: Ev): boolean {
    const applied = this.store.apply(event)
    if (applied === 'gap') this.connection.gap()
    if (applied !== 'new') return false
    this.connection.progressed()
    this.outbox.settle(event.id)
    if (isReply(event)) this.options.replied(event)
    return true
  }

  private refuse({ id, code, retry_ms }: Nack): void {
    const times = (this.refusals.get(id) ?? 0) + 1
    this.refusals.set(id, times)
    if (!passing.has(code) || times > patience) return this.fail(id, code)
    const { clock, random } = this.options
    // Everything waits for the refused message, so that the order of writing is the order of sending.
    this.holding?.()
    this.holding = clock.after(Math.max(retry_ms ?? 0, backoff(times, random)), () => {
      this.holding = undefined
      this.outbox.waiting().forEach((message) => this.transmit(message))
    })
  }

  private fail(id: string, code: string): void {
    const message = this.outbox.fail(id, code)
    if (!message) return
    this.tabs.tell({ own: message })
    this.options.failed(code)
    this.options.changed()
  }

  private tellIdentity(): void {
    const { vid, tok, cid } = this.store
    if (vid && tok) this.tabs.tell({ who: { vid, tok, ...(cid && { cid }) } })
  }

  /** Whether the next message may begin a conversation, so that it must say with whom. */
  private begins(): boolean {
    return this.store.cid === undefined || this.store.closed
  }

  private transmit({ id, body, group, leave }: Outgoing): void {
    if (this.holding) return
    const frame: Send = { t: 'send', id, body }
    if (group && this.begins()) frame.group = group
    if (leave) frame.leave = true
    this.connection.send(frame)
  }

  private heard(fact: Fact): void {
    const { store, outbox, options } = this
    if ('reset' in fact) return this.forget()
    if ('read' in fact) store.read = Math.max(store.read, fact.read)
    if ('own' in fact && !store.events.some(({ id }) => id === fact.own.id)) outbox.mirror(fact.own)
    if ('who' in fact) {
      options.storage.permit()
      // Before the other tab's first message each tab was a visitor of its own to the server.
      if (store.adopt(fact.who, outbox.waiting().length > 0)) this.connection.restart()
    }
    this.settle()
    options.changed()
  }

  private saveSoon(): void {
    this.pendingSave ??= this.options.clock.after(saveDelay, () => this.save())
  }

  private save(): void {
    this.pendingSave?.()
    this.pendingSave = undefined
    this.options.storage.save(this.store.snapshot())
  }
}
