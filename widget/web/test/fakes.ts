// Stand-ins for what the core is given: a clock that tests move, storage in
// memory, other tabs, and a server's side of each connection.
import { Chat, type ChatOptions } from '../src/core/chat'
import type { Clock } from '../src/core/clock'
import type { ClientFrame, Ev, Group, Hello, ServerFrame, Welcome } from '../src/core/frames'
import { SiteStorage, type Area } from '../src/core/storage'
import type { Fact, Tabs } from '../src/core/tabs'
import type { Dial, Mode, TransportEvents } from '../src/core/transport'

export class FakeClock implements Clock {
  private time = Date.UTC(2026, 0, 1, 12)
  private plans: { at: number; run: () => void }[] = []

  now = () => this.time

  after(ms: number, run: () => void) {
    const plan = { at: this.time + ms, run }
    this.plans.push(plan)
    return () => void (this.plans = this.plans.filter((one) => one !== plan))
  }

  /** Lets ms pass, running what was planned for then, in order. */
  pass(ms: number): void {
    const end = this.time + ms
    for (;;) {
      const next = this.plans.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      this.plans = this.plans.filter((one) => one !== next)
      this.time = next.at
      next.run()
    }
    this.time = end
  }
}

/** One dialled connection, from the server's side. */
export class FakeLine {
  sent: ClientFrame[] = []
  pings = 0
  closedByClient = false

  constructor(readonly mode: Mode, readonly hello: Hello, private readonly events: TransportEvents) {}

  frame(frame: ServerFrame): void {
    this.events.alive()
    this.events.frame(frame)
  }

  alive(): void {
    this.events.alive()
  }

  break(code = 0, retryMs = 0): void {
    this.events.closed(code, retryMs)
  }

  transport() {
    return {
      send: (frame: ClientFrame) => void this.sent.push(frame),
      ping: () => void this.pings++,
      close: () => void (this.closedByClient = true),
    }
  }
}

/** Collects what is dialled, in order. */
export class FakeNetwork {
  lines: FakeLine[] = []

  dial: Record<Mode, Dial> = { ws: this.dialler('ws'), poll: this.dialler('poll') }

  get last(): FakeLine {
    const line = this.lines.at(-1)
    if (!line) throw new Error('nothing was dialled')
    return line
  }

  private dialler(mode: Mode): Dial {
    return (hello, events) => {
      const line = new FakeLine(mode, JSON.parse(JSON.stringify(hello())) as Hello, events)
      this.lines.push(line)
      return line.transport()
    }
  }
}

export class MemoryArea implements Area {
  private readonly items = new Map<string, string>()

  get length() {
    return this.items.size
  }
  key = (i: number) => [...this.items.keys()][i] ?? null
  getItem = (key: string) => this.items.get(key) ?? null
  setItem = (key: string, value: string) => void this.items.set(key, value)
  removeItem = (key: string) => void this.items.delete(key)
}

/** The tabs of one browser: what one tells, the others hear. */
export class FakeBrowser {
  local = new MemoryArea()
  private readonly hearers = new Set<(fact: Fact) => void>()
  private readonly turns: ((end: () => void) => void)[] = []

  /** takesTurns: as on pages that came by https. */
  constructor(private readonly takesTurns = false) {}

  private nextTurn = (): void =>
    this.turns[0]?.(() => {
      this.turns.shift()
      this.nextTurn()
    })

  join = (heard: (fact: Fact) => void): Tabs => {
    const join = () => void this.hearers.add(heard)
    join()
    return {
      tell: (fact) => this.hearers.forEach((hearer) => hearer !== heard && hearer(structuredClone(fact))),
      pause: () => void this.hearers.delete(heard),
      resume: join,
      ...(this.takesTurns && { turn: (run) => void (this.turns.push(run) === 1 && this.nextTurn()) }),
    }
  }
}

export const groups: Group[] = [
  { id: 'sales', name: 'Sales', about: '', state: 'on' },
  { id: 'tech', name: 'Tech', about: '', state: 'on' },
  { id: 'product', name: 'Product', about: '', state: 'off' },
]

/** A chat in a tab of its own, and all that it is given. */
export function tab(browser = new FakeBrowser(), change: Partial<ChatOptions> = {}) {
  const clock = new FakeClock()
  const network = new FakeNetwork()
  const told = { replied: [] as string[], sent: [] as string[], failed: [] as string[] }
  let ids = 0
  const prefix = Math.random().toString(36).slice(2)
  const chat = new Chat({
    site: 'main',
    groups,
    storage: new SiteStorage('main', browser.local, new MemoryArea()),
    dial: network.dial,
    history: () => Promise.reject(new Error('no history here')),
    clock,
    random: () => 0.5,
    newId: () => `${prefix}-${++ids}`,
    page: () => ({ lang: 'en', tz: 'UTC', url: 'https://shop.example/', title: 'Shop' }),
    tabs: browser.join,
    changed: () => {},
    replied: (event) => told.replied.push(event.id),
    sent: (id) => told.sent.push(id),
    failed: (code) => told.failed.push(code),
    ...change,
  })
  return { chat, clock, network, told, browser }
}

export function welcome(change: Partial<Welcome> = {}): Welcome {
  return { t: 'welcome', vid: 'v1', epoch: 'e1', seq: 0, groups, with: [], closed: false, agents: [], now: 0, ping: 25, ...change }
}

export function entry(seq: number, change: Partial<Ev> = {}): Ev {
  return { t: 'ev', seq, kind: 'message', id: 'n' + seq, at: seq * 1000, by: { role: 'agent', name: 'Ann' }, body: 'line ' + seq, ...change }
}

/** The sends among frames, each as [id, body]. */
export const sends = (frames: ClientFrame[]) =>
  frames.flatMap((frame) => (frame.t === 'send' ? [[frame.id, frame.body] as const] : []))
