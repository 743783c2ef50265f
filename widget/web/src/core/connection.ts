import { backoff } from './backoff'
import type { Cancel, Clock } from './clock'
import { Bye, type ClientFrame, type Hello, type ServerFrame } from './frames'
import type { Dial, Mode, Transport } from './transport'

/**
 * off: nobody wants it. connecting: dialled, not yet welcome. online: welcome.
 * waiting: it broke and will dial again by itself. asleep: it waits until the tab
 * is used. refused: the server wants nothing of this page, so it stays away.
 */
export type Phase = 'off' | 'connecting' | 'online' | 'waiting' | 'asleep' | 'refused'

export interface ConnectionOptions {
  dial: Record<Mode, Dial>
  /** The way to try first. */
  mode: Mode
  clock: Clock
  random(): number
  hello(): Hello
  /** Every frame but bye and pong. A welcome comes after the phase is online. */
  frame(frame: ServerFrame): void
  changed(phase: Phase): void
  /** A mode has worked that was not the first choice. */
  settled(mode: Mode): void
  /** The server does not know the token: the next hello must go without. */
  tokenRefused(): void
  /** The signed identity is refused; the next hello must do without. */
  identityRefused(expired: boolean): void
  /** The server could not read something that was sent since the last welcome. */
  frameRefused(): void
}

// How long a dial may take until the welcome.
const patience: Record<Mode, number> = { ws: 8_000, poll: 15_000 }
// How much longer than the ping interval silence may last: 40 s where the server asks for 25.
const grace = 15_000
// How soon an answer must come when the tab has just woken up and the line may be dead.
const wakeGrace = 5_000
// Over how long widgets spread their return after a restart.
const restartSpread = 3_000
// So many failures of a mode that has never worked, and the other mode has its turn.
const triesPerMode = 2

/** Keeps one connection up for as long as it is wanted. Knows nothing of pages and elements. */
export class Connection {
  phase: Phase = 'off'
  private mode: Mode
  private wanted = false
  private transport: Transport | undefined
  private timer: Cancel | undefined
  private failures = 0
  private misses = 0
  private gaps = 0
  private pingAfter = 25_000
  private readonly worked = new Set<Mode>()

  constructor(private readonly options: ConnectionOptions) {
    this.mode = options.mode
  }

  /** Wants the connection from now on; does nothing where it is wanted already. */
  start(): void {
    if (this.wanted || this.phase === 'refused') return
    this.wanted = true
    this.dial()
  }

  /** Lets it go until the next start. */
  stop(): void {
    this.wanted = false
    this.drop()
    if (this.phase !== 'refused') this.turn('off')
  }

  /** The tab is being used: ends a sleep, and is a kick besides. */
  wake(): void {
    if (this.phase === 'asleep') this.dial()
    else this.kick()
  }

  /** The network may be back: dials at once, or checks that the line still lives. */
  kick(): void {
    if (this.phase === 'waiting') this.dial()
    else if (this.phase === 'online') {
      this.transport?.ping()
      if (this.mode === 'ws') this.plan(wakeGrace, () => this.broken(0, 0))
    }
  }

  /** Says hello anew, because what is known of the visitor has changed. */
  restart(): void {
    if (this.wanted) this.dial()
  }

  /** An entry is missing: says hello anew, to be sent what followed `since`. Slows down if that does not help. */
  gap(): void {
    this.drop()
    this.wait(this.gaps ? backoff(this.gaps, this.options.random) : 0)
    this.gaps++
  }

  /** An entry was applied, so the connection makes progress. */
  progressed(): void {
    this.gaps = 0
  }

  /** False when there is no connection to send on; what must not be lost is for the caller to keep. */
  send(frame: ClientFrame): boolean {
    if (this.phase !== 'online') return false
    this.transport?.send(frame)
    return true
  }

  private dial(): void {
    this.drop()
    this.turn('connecting')
    this.plan(patience[this.mode], () => this.broken(0, 0))
    this.transport = this.options.dial[this.mode](this.options.hello, {
      alive: () => this.phase === 'online' && this.watch(),
      frame: (frame) => this.receive(frame),
      closed: (code, retryMs) => this.broken(code, retryMs),
    })
  }

  private receive(frame: ServerFrame): void {
    if (frame.t === 'pong') return
    if (frame.t === 'welcome') {
      this.failures = this.misses = 0
      this.pingAfter = frame.ping * 1_000 || this.pingAfter
      if (!this.worked.has(this.mode)) {
        this.worked.add(this.mode)
        if (this.mode !== 'ws') this.options.settled(this.mode)
      }
      this.turn('online')
      this.watch()
    }
    this.options.frame(frame)
  }

  /** Starts the silence anew: a ping after a while, and the end if that is not answered. */
  private watch(): void {
    this.plan(this.pingAfter, () => {
      this.transport?.ping()
      this.plan(grace, () => this.broken(0, 0))
    })
  }

  private broken(code: number, retryMs: number): void {
    const { random } = this.options
    const online = this.phase === 'online'
    this.drop()
    if (code === Bye.refused) {
      this.wanted = false
      return this.turn('refused')
    }
    if (code === Bye.tooManySockets) return this.turn('asleep')
    if (code === Bye.restart) return this.wait(retryMs + random() * restartSpread)
    if (code === Bye.token) this.options.tokenRefused()
    const expired = code === Bye.identityExpired
    const unidentified = expired || code === Bye.identityRefused
    if (unidentified) this.options.identityRefused(expired)
    if (online && (code === Bye.broken || code === Bye.tooLarge)) this.options.frameRefused()
    if (code === 0 && !online && ++this.misses >= triesPerMode && !this.worked.has(this.mode)) {
      this.misses = 0
      this.mode = this.mode === 'ws' ? 'poll' : 'ws'
    }
    const pause = backoff(this.failures++, random)
    // A hello without what was refused is expected to work, so the first one need not wait.
    this.wait((code === Bye.token || unidentified) && this.failures === 1 ? 0 : Math.max(pause, retryMs))
  }

  private wait(ms: number): void {
    this.turn('waiting')
    this.plan(ms, () => this.dial())
  }

  private drop(): void {
    this.timer?.()
    this.timer = undefined
    const transport = this.transport
    this.transport = undefined
    transport?.close()
  }

  private plan(ms: number, run: () => void): void {
    this.timer?.()
    this.timer = this.options.clock.after(ms, run)
  }

  private turn(phase: Phase): void {
    if (this.phase === phase) return
    this.phase = phase
    this.options.changed(phase)
  }
}
