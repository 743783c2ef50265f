import { backoff } from './backoff'
import type { Cancel, Clock } from './clock'
import type { Ack, Delete, Edit, Nack, Rate, Send } from './frames'
import type { Outbox } from './outbox'
import type { Outgoing } from './storage'

export interface DeliveryOptions {
  outbox: Outbox
  clock: Clock
  random(): number
  /** Whether the next message may begin a conversation, so that it must say with whom. */
  begins(): boolean
  /** False where there is no line. What was not answered is sent again after the next welcome. */
  transmit(frame: Send | Rate | Edit | Delete): boolean
  /** The server has a message on disk. */
  sent(id: string): void
  /** A message failed for good, until the visitor tries again. */
  failed(message: Outgoing): void
}

// Refusals that pass by themselves, and how often one message is tried anew before the visitor is asked.
const passing = new Set(['rate', 'internal'])
const patience = 5

/** Gets the visitor's messages to the server: in order, and under the same ids until each is answered. */
export class Delivery {
  private readonly refusals = new Map<string, number>()
  private holding: Cancel | undefined

  constructor(private readonly options: DeliveryOptions) {}

  /** Sends a message unless those before it are being held back. */
  dispatch(message: Outgoing): void {
    const { outbox, transmit } = this.options
    if (this.holding || !transmit(this.frameOf(message))) return
    if (!message.tried) outbox.change(message.id, { tried: true })
  }

  private frameOf({ id, body, group, leave, fresh, stars, of, gone }: Outgoing): Send | Rate | Edit | Delete {
    if (stars) return { t: 'rate', id, stars, ...(body && { comment: body }) }
    if (of) return gone ? { t: 'delete', id, of } : { t: 'edit', id, of, body }
    const frame: Send = { t: 'send', id, body }
    if (group && (fresh || this.options.begins())) frame.group = group
    if (leave) frame.leave = true
    if (fresh) frame.fresh = true
    return frame
  }

  /** Sends everything that waits; to be called on each welcome. */
  flush(): void {
    this.stop()
    for (const message of this.options.outbox.waiting()) this.dispatch(message)
  }

  acknowledge({ id, cid, seq }: Ack): void {
    this.refusals.delete(id)
    if (this.options.outbox.sent(id, cid, seq)) this.options.sent(id)
  }

  /** The message has come back as an entry, which tells as much as an ack, and may come before it. */
  settle(id: string): void {
    this.refusals.delete(id)
    if (this.options.outbox.settle(id)?.state === 'wait') this.options.sent(id)
  }

  refuse({ id, code, retry_ms }: Nack): void {
    const times = (this.refusals.get(id) ?? 0) + 1
    this.refusals.set(id, times)
    // Of what has been on a line only this says for sure that the server does not have it.
    if (!passing.has(code)) this.options.outbox.change(id, { tried: undefined })
    if (!passing.has(code) || times > patience) return this.fail(id, code)
    // Everything waits for the refused message, so that the order of writing is the order of sending.
    this.stop()
    const pause = Math.max(retry_ms ?? 0, backoff(times, this.options.random))
    this.holding = this.options.clock.after(pause, () => this.flush())
  }

  /** The server could not read something that was sent: whatever it has not answered is suspect. */
  refuseAll(): void {
    for (const { id } of this.options.outbox.waiting()) this.fail(id, 'refused')
  }

  retry(id: string, leave: boolean): Outgoing | undefined {
    this.refusals.delete(id)
    const message = this.options.outbox.retry(id, leave)
    if (message) this.dispatch(message)
    return message
  }

  /** Holds nothing back any longer. */
  stop(): void {
    this.holding?.()
    this.holding = undefined
  }

  private fail(id: string, code: string): void {
    const message = this.options.outbox.fail(id, code)
    if (message) this.options.failed(message)
  }
}
