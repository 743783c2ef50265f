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

/** One connection, kept up for as long as it is wanted. */
export interface Connection {
  readonly phase: Phase
  /** Wants the connection from now on; does nothing where it is wanted already. */
  start(): void
  /** Lets it go until the next start. */
  stop(): void
  /** The tab is being used: ends a sleep, and is a kick besides. */
  wake(): void
  /** The network may be back: dials at once, or checks that the line still lives. */
  kick(): void
  /** Says hello anew, because what is known of the visitor has changed. */
  restart(): void
  /** An entry is missing: says hello anew, to be sent what followed `since`. Slows down if that does not help. */
  gap(): void
  /** An entry was applied, so the connection makes progress. */
  progressed(): void
  /** False when there is no connection to send on; what must not be lost is for the caller to keep. */
  send(frame: ClientFrame): boolean
}

/** Makes a connection that is not wanted yet. It knows nothing of pages and elements. */
export function createConnection(options: ConnectionOptions): Connection {
  const { clock, random } = options
  let { mode } = options
  let phase: Phase = 'off'
  let wanted = false
  let transport: Transport | undefined
  let timer: Cancel | undefined
  let failures = 0
  let misses = 0
  let gaps = 0
  let pingAfter = 25_000
  const worked = new Set<Mode>()

  function kick(): void {
    if (phase === 'waiting') dial()
    else if (phase === 'online') {
      transport?.ping()
      if (mode === 'ws') plan(wakeGrace, lost)
    }
  }

  function dial(): void {
    drop()
    turn('connecting')
    plan(patience[mode], lost)
    transport = options.dial[mode](options.hello, {
      alive: () => phase === 'online' && watch(),
      frame: receive,
      closed: broken,
    })
  }

  function receive(frame: ServerFrame): void {
    if (frame.t === 'pong') return
    if (frame.t === 'welcome') {
      failures = misses = 0
      pingAfter = frame.ping * 1_000 || pingAfter
      if (!worked.has(mode)) {
        worked.add(mode)
        if (mode !== 'ws') options.settled(mode)
      }
      turn('online')
      watch()
    }
    options.frame(frame)
  }

  /** Starts the silence anew: a ping after a while, and the end if that is not answered. */
  function watch(): void {
    plan(pingAfter, () => {
      transport?.ping()
      plan(grace, lost)
    })
  }

  const lost = () => broken(0, 0)

  function broken(code: number, retryMs: number): void {
    const online = phase === 'online'
    drop()
    if (code === Bye.refused) {
      wanted = false
      return turn('refused')
    }
    if (code === Bye.tooManySockets) return turn('asleep')
    if (code === Bye.restart) return wait(retryMs + random() * restartSpread)
    if (code === Bye.token) options.tokenRefused()
    const expired = code === Bye.identityExpired
    const unidentified = expired || code === Bye.identityRefused
    if (unidentified) options.identityRefused(expired)
    if (online && (code === Bye.broken || code === Bye.tooLarge)) options.frameRefused()
    if (code === 0 && !online && ++misses >= triesPerMode && !worked.has(mode)) {
      misses = 0
      mode = mode === 'ws' ? 'poll' : 'ws'
    }
    const pause = backoff(failures++, random)
    // A hello without what was refused is expected to work, so the first one need not wait.
    wait((code === Bye.token || unidentified) && failures === 1 ? 0 : Math.max(pause, retryMs))
  }

  function wait(ms: number): void {
    turn('waiting')
    plan(ms, dial)
  }

  function drop(): void {
    timer?.()
    timer = undefined
    const line = transport
    transport = undefined
    line?.close()
  }

  function plan(ms: number, run: () => void): void {
    timer?.()
    timer = clock.after(ms, run)
  }

  function turn(to: Phase): void {
    if (phase === to) return
    phase = to
    options.changed(phase)
  }

  return {
    get phase() {
      return phase
    },
    kick,
    start() {
      if (wanted || phase === 'refused') return
      wanted = true
      dial()
    },
    stop() {
      wanted = false
      drop()
      if (phase !== 'refused') turn('off')
    },
    wake() {
      if (phase === 'asleep') dial()
      else kick()
    },
    restart() {
      if (wanted) dial()
    },
    gap() {
      drop()
      wait(gaps ? backoff(gaps, random) : 0)
      gaps++
    },
    progressed() {
      gaps = 0
    },
    send(frame) {
      if (phase !== 'online') return false
      transport?.send(frame)
      return true
    },
  }
}
