import type { Cancel, Clock } from './clock'
import { createConnection, type Connection, type Phase } from './connection'
import { Delivery } from './delivery'
import type { Ev, Group, Hello, ServerFrame } from './frames'
import type { FetchHistory } from './history'
import { Outbox } from './outbox'
import type { Outgoing, SiteStorage } from './storage'
import { isReply, Store } from './store'
import type { Fact, Identity, Settings, Tabs } from './tabs'
import { transcript, type Line } from './transcript'
import type { Dial, Mode } from './transport'

/** What the page says of the visitor; nobody has verified it. */
export interface Profile {
  name?: string
  email?: string
  attrs?: Record<string, string | number | boolean>
}

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
// An agent who writes is said to for so long.
const typingHolds = 6_000

/** One visitor's chat with one site: the log, what is on its way, and the connection that both need. No DOM. */
export class Chat {
  store: Store
  outbox: Outbox
  private delivery: Delivery
  private readonly connection: Connection
  private readonly tabs: Tabs
  profile: Profile = {}
  /** Who the site's own server says that the visitor is; told until a welcome confirms it. */
  private jwt: string | undefined
  private confirmed: string | undefined
  private expired = (): void => {}
  /** What is to be done once the server has forgotten the visitor. */
  private erasing: (() => void) | undefined
  private ended = false
  private opened = false
  private paused = false
  private loading = false
  /** The visitor is about to begin another conversation. */
  private anew = false
  /** Who is writing; empty where nobody knows the name. */
  typing: string | undefined
  private typed: Cancel | undefined
  /** The entry that some tab has let the visitor hear of. */
  rang: string | undefined
  private saving: Cancel | undefined
  /** Ends this tab's turn to begin the conversation; undefined where it is not. */
  private turn: (() => void) | undefined
  private queued = false

  constructor(private readonly options: ChatOptions) {
    const { storage, clock, dial, random, groups } = options
    this.store = new Store(groups, storage.load())
    this.outbox = new Outbox(storage, clock.now())
    this.catchUp()
    this.delivery = this.deliver()
    this.tabs = options.tabs((fact) => this.heard(fact))
    this.connection = createConnection({
      dial, clock, random,
      mode: storage.loadMode(),
      hello: () => this.hello(),
      frame: (frame) => this.receive(frame),
      changed: (phase) => {
        if (phase === 'refused') options.failed(phase)
        if (phase !== 'online') this.endTurn()
        options.changed()
      },
      settled: (mode) => storage.saveMode(mode),
      tokenRefused: () => this.tokenRefused(),
      identityRefused: (expired) => {
        this.jwt = this.confirmed = undefined
        if (expired) this.expired()
        options.failed(expired ? 'identity_expired' : 'identity_refused')
      },
      frameRefused: () => this.delivery.refuseAll(),
    })
    this.settle()
  }

  get phase(): Phase {
    return this.connection.phase
  }

  /** Whether there is a conversation to show; otherwise the visitor has yet to choose a group. */
  get begun(): boolean {
    return !this.anew && this.exists
  }

  /** Whether there is a conversation, also where the visitor is about to begin another. */
  get exists(): boolean {
    return this.store.cid !== undefined || this.outbox.all().length > 0
  }

  /** The first message of another conversation is on its way, so that what was said before is over. */
  get leaving(): boolean {
    return this.outbox.all().some(({ fresh, state }) => fresh && state !== 'sent')
  }

  /** The conversation as a reader sees it. */
  lines(): Line[] {
    return transcript(this.leaving ? [] : this.store.events, this.outbox.all(), this.store.progress)
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
    const away = this.store.groups.find(({ id }) => id === group)?.state === 'off'
    const fresh = this.anew && this.store.cid !== undefined
    const leave = away && (fresh || this.begins())
    this.anew = false
    this.options.storage.permit()
    this.enqueue({ body, ...(group && { group }), ...(fresh && { fresh }), ...(leave && { leave }) })
  }

  /** Keeps whatever the visitor wants the server to do, and sends it after what was before it. */
  enqueue(what: Omit<Outgoing, 'id' | 'at' | 'state'>): void {
    const { clock, newId } = this.options
    const message: Outgoing = { id: newId(), at: clock.now(), state: 'wait', ...what }
    this.outbox.add(message)
    this.save()
    this.delivery.dispatch(message)
    this.onItsWay(message)
  }

  /** Gives a message that the server cannot have yet other words, and lets it wait again. */
  revise(id: string, body: string): void {
    this.outbox.change(id, { body })
    this.retry(id, false)
  }

  /** Gives up what is on its way, in all tabs. */
  drop(id: string): void {
    this.outbox.settle(id)
    this.tabs.tell({ dropped: id })
    this.settle()
    this.options.changed()
  }

  /** Goes back to the question, to begin another conversation with the next message; false goes on with this one. */
  startAnew(anew: boolean): void {
    this.anew = anew
    this.options.changed()
  }

  /** Changes a setting, in all tabs. */
  set(settings: Settings): void {
    Object.assign(this.store, settings)
    this.tabs.tell({ set: settings })
    this.saveSoon()
    this.options.changed()
  }

  /** Takes it on this tab to let the visitor hear of an entry; false where another has. */
  ring(id: string): boolean {
    if (this.rang === id) return false
    this.rang = id
    this.tabs.tell({ rang: id })
    return true
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

  /**
   * Who the site's own server says that the visitor is; said to the server with a new
   * hello. expired is called where that is too late.
   */
  identify(jwt: string, expired: () => void): void {
    this.jwt = jwt
    this.expired = expired
    if (this.phase !== 'asleep') this.connection.restart()
  }

  /** Has the server forget the visitor, which may take a connection; then is called after. */
  erase(then: () => void): void {
    if (!this.exists) return then()
    this.erasing = then
    this.settle()
    this.connection.send({ t: 'forget' })
  }

  /** Ends the chat in this tab, for good. */
  end(): void {
    this.save()
    this.ended = true
    this.settle()
    this.tabs.pause()
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
    this.tabs.tell({ left: this.outbox.waiting().map(({ id }) => id) })
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
    this.jwt = this.confirmed = undefined
    this.erasing = undefined
    this.reload()
  }

  /** Starts anew from what the browser keeps. */
  private reload(): void {
    const { storage, clock } = this.options
    this.saving?.()
    this.saving = undefined
    this.delivery.stop()
    this.connection.stop()
    this.anew = false
    this.store = new Store(this.store.groups, storage.load())
    this.outbox = new Outbox(storage, clock.now())
    this.catchUp()
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
      transmit: (frame) => this.phase === 'online' && this.mayBegin() && this.connection.send(frame),
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

  /**
   * Whether messages may go out. The one that begins the conversation goes out in this tab's
   * turn only: two tabs would be two visitors to the server, and begin two.
   */
  private mayBegin(): boolean {
    const { tabs, store, options } = this
    if (store.cid !== undefined || this.turn || !tabs.turn) return true
    if (this.queued) return false
    this.queued = true
    tabs.turn((end) => {
      this.turn = end
      this.queued = false
      // Whoever had a turn before may have sent something, as the visitor that is kept.
      const saved = options.storage.load()
      if (saved?.tok && this.store.adopt(saved as Identity, false)) this.connection.restart()
      else if (this.phase === 'online') this.delivery.flush()
      else this.endTurn()
    })
    return false
  }

  private endTurn(): void {
    if (!this.turn) return
    this.save()
    this.turn()
    this.turn = undefined
  }

  /** Wants a connection exactly where one is of use: no conversation and a closed panel need none. */
  private settle(): void {
    const waits = this.outbox.waiting().length > 0
    if (this.store.cid !== undefined || !waits) this.endTurn()
    const talks = this.store.cid !== undefined && !this.store.closed
    if (!this.ended && !this.paused && (!!this.erasing || this.opened || talks || waits)) this.connection.start()
    else this.connection.stop()
  }

  private hello(): Hello {
    const { site, page } = this.options
    const { tok, cid, epoch, seq, progress } = this.store
    // Fields that are undefined do not survive JSON.
    return { t: 'hello', v: 1, site, tok, cid, epoch, since: seq, progress, ...page(), ...this.profile, jwt: this.jwt }
  }

  private receive(frame: ServerFrame): void {
    const { store } = this
    switch (frame.t) {
      case 'welcome':
        if (store.welcome(frame)) this.outbox.doubt()
        if (frame.more) this.outbox.unmirror()
        this.confirmed = this.jwt ?? this.confirmed
        this.jwt = undefined
        // There is something of the visitor's to come back to.
        if (frame.cid) this.options.storage.permit()
        if (this.erasing) this.connection.send({ t: 'forget' })
        if (this.begun) this.tellIdentity()
        this.delivery.flush()
        break
      case 'ev':
        if (!this.take(frame)) return
        break
      case 'ack':
        // What is about a message may be answered for the conversation before this one.
        if (frame.cid !== store.cid && !this.outbox.all().some(({ id, of }) => of && id === frame.id)) {
          store.enter(frame.cid)
          this.tellIdentity()
        }
        this.delivery.acknowledge(frame)
        this.catchUp()
        break
      case 'nack':
        this.delivery.refuse(frame)
        break
      case 'progress':
        store.progress = { delivered: frame.delivered, seen: frame.seen }
        break
      case 'typing':
        this.type(frame.by.name ?? '')
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
    this.catchUp()
    if (isReply(event)) {
      this.type(undefined)
      this.options.replied(event)
    }
    return true
  }

  /** Takes out of the outbox what the log has come past. */
  private catchUp(): void {
    this.outbox.passed(this.store.cid, this.store.seq)
  }

  private type(name: string | undefined): void {
    this.typed?.()
    this.typing = name
    if (name === undefined) return
    this.typed = this.options.clock.after(typingHolds, () => {
      this.typing = undefined
      this.options.changed()
    })
  }

  private tokenRefused(): void {
    const { store, options } = this
    // What it opened is gone, which is what was asked for. Later, as the connection is in the middle of it.
    if (this.erasing) options.clock.after(0, this.erasing)
    this.erasing = undefined
    // Another tab may have been given a newer one.
    const saved = options.storage.load()
    store.tok = saved?.vid === store.vid && saved?.tok !== store.tok ? saved?.tok : undefined
    // Without it, who the visitor is has to be said again.
    this.jwt ??= this.confirmed
  }

  private tellIdentity(): void {
    const { vid, tok, cid } = this.store
    if (vid && tok) this.tabs.tell({ who: { vid, tok, ...(cid && { cid }) } })
  }

  private heard(fact: Fact): void {
    const { store, outbox, options } = this
    if ('reset' in fact) return this.forget()
    if ('read' in fact) store.read = Math.max(store.read, fact.read)
    if ('rang' in fact) this.rang = fact.rang
    if ('set' in fact) Object.assign(store, fact.set)
    if ('own' in fact && !store.events.some(({ id }) => id === fact.own.id)) outbox.mirror(fact.own)
    if ('dropped' in fact) outbox.settle(fact.dropped)
    if ('left' in fact) {
      outbox.inherit(fact.left)
      this.delivery.flush()
    }
    if ('who' in fact) {
      options.storage.permit()
      // Before the other tab's first message each tab was a visitor of its own to the server.
      if (!this.turn && store.adopt(fact.who, outbox.waiting().length > 0)) this.connection.restart()
    }
    this.settle()
    options.changed()
  }

  private saveSoon(): void {
    this.saving ??= this.options.clock.after(saveDelay, () => this.save())
  }

  private save(): void {
    this.saving?.()
    this.saving = undefined
    this.options.storage.save(this.store.snapshot())
  }
}
