import type { Cancel, Clock } from './clock'
import { Connection, type Phase } from './connection'
import { Delivery } from './delivery'
import type { Ev, Group, Hello, ServerFrame } from './frames'
import type { FetchHistory } from './history'
import { Outbox } from './outbox'
import type { Outgoing, SiteStorage } from './storage'
import { isReply, Store } from './store'
import type { Fact, Tabs } from './tabs'
import type { Dial, Mode } from './transport'

/** What the page says of the visitor; nobody has verified it. */
type Profile = Pick<Hello, 'name' | 'email'>

/** Where the visitor is, as hello tells it. */
type Page = Pick<Hello, 'lang' | 'tz' | 'url' | 'title' | 'ref'>

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

/** One visitor's chat with one site: the log, what is on its way, and the connection that both need. No DOM. */
export class Chat {
  store: Store
  outbox: Outbox
  private delivery: Delivery
  private readonly connection: Connection
  private readonly tabs: Tabs
  private profile: Profile
  private opened = false
  private paused = false
  private loading = false
  private pendingSave: Cancel | undefined

  constructor(private readonly options: ChatOptions) {
    const { storage, clock, dial, random, groups } = options
    this.profile = options.profile
    this.store = new Store(groups, storage.load())
    this.outbox = new Outbox(storage, clock.now())
    this.delivery = this.deliver()
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
      frameRefused: () => this.delivery.refuseAll(),
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
    const { storage, clock, newId } = this.options
    const away = this.store.groups.find(({ id }) => id === group)?.state === 'off'
    const message: Outgoing = { id: newId(), body, at: clock.now(), state: 'wait' }
    if (group) message.group = group
    if (away && this.begins()) message.leave = true
    storage.permit()
    this.outbox.add(message)
    this.save()
    this.delivery.dispatch(message)
    this.onItsWay(message)
  }

  /** Tries a failed message again; leave keeps it for a group that is off. */
  retry(id: string, leave: boolean): void {
    const message = this.delivery.retry(id, leave)
    if (message) this.onItsWay(message)
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
      store.prepend(page.events)
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
    if (this.phase !== 'asleep') this.connection.restart()
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
    // Another tab may have left or begun a conversation unheard.
    const { storage } = this.options
    const saved = storage.load()
    if (saved ? saved.vid !== this.store.vid : storage.kept) this.reload()
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
    this.options.storage.clear()
    this.profile = {}
    this.reload()
  }

  /** Starts anew from what the browser keeps. */
  private reload(): void {
    const { storage, clock } = this.options
    this.pendingSave?.()
    this.pendingSave = undefined
    this.delivery.stop()
    this.connection.stop()
    this.store = new Store(this.store.groups, storage.load())
    this.outbox = new Outbox(storage, clock.now())
    this.delivery = this.deliver()
    this.settle()
    this.options.changed()
  }

  private deliver(): Delivery {
    const { outbox, options } = this
    return new Delivery({
      outbox,
      clock: options.clock,
      random: options.random,
      begins: () => this.begins(),
      transmit: (frame) => void this.connection.send(frame),
      sent: (id) => options.sent(id),
      failed: (message) => {
        this.tabs.tell({ own: message })
        options.failed(message.code ?? '')
        options.changed()
      },
    })
  }

  private onItsWay(message: Outgoing): void {
    this.tabs.tell({ own: message })
    this.settle()
    this.connection.wake()
    this.options.changed()
  }

  /** Whether the next message may begin a conversation, so that it must say with whom. */
  private begins(): boolean {
    return this.store.cid === undefined || this.store.closed
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
    const { store } = this
    switch (frame.t) {
      case 'welcome':
        if (store.welcome(frame)) this.outbox.doubt()
        if (this.begun) this.tellIdentity()
        this.delivery.flush()
        break
      case 'ev':
        if (!this.take(frame)) return
        break
      case 'ack':
        if (frame.cid !== store.cid) {
          store.enter(frame.cid)
          this.tellIdentity()
        }
        this.delivery.acknowledge(frame.id, frame.at)
        break
      case 'nack':
        this.delivery.refuse(frame)
        break
      case 'groups':
        store.groups = frame.groups
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
    this.delivery.settle(event.id)
    if (isReply(event)) this.options.replied(event)
    return true
  }

  private tellIdentity(): void {
    const { vid, tok, cid } = this.store
    if (vid && tok) this.tabs.tell({ who: { vid, tok, ...(cid && { cid }) } })
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
