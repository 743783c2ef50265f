import type { Outgoing, SiteStorage } from './storage'

// What has waited longer than this was written in another situation: the visitor
// decides whether it is still to be sent.
const stale = 24 * 3_600_000

/** The visitor's messages that are not in the log yet, in the order they were written. Each change is on disk before it returns. */
export class Outbox {
  private messages: Outgoing[]
  private readonly mirrored = new Set<string>()

  constructor(private readonly storage: SiteStorage, now: number) {
    this.messages = storage.loadOutgoing()
    for (const message of this.messages) {
      if (message.state === 'wait' && now - message.at > stale) this.fail(message.id, 'old')
    }
  }

  all(): readonly Outgoing[] {
    return this.messages
  }

  /** What is to be sent on each welcome, under the same ids. */
  waiting(): readonly Outgoing[] {
    return this.messages.filter(({ id, state }) => state === 'wait' && !this.mirrored.has(id))
  }

  add(message: Outgoing): void {
    // By these times the order of writing is found again, whatever the clock does.
    message.at = Math.max(message.at, (this.messages.at(-1)?.at ?? 0) + 1)
    this.messages.push(message)
    this.storage.putOutgoing(message)
  }

  /** What was written in this tab, and the server cannot have: it may still become something else. */
  untried(id: string): boolean {
    return this.messages.some((one) => one.id === id && !one.tried && !this.mirrored.has(id))
  }

  /** Shows a message of another tab, which sees to it: it is neither kept nor waiting here. */
  mirror(message: Outgoing): void {
    this.put([message])
    this.mirrored.add(message.id)
  }

  /** Takes over messages of another tab that is gone: all of them, as one that is left out would come after the rest. */
  inherit(ids: string[]): void {
    for (const id of ids) this.mirrored.delete(id)
    this.put(this.storage.loadOutgoing().filter(({ id }) => ids.includes(id)))
  }

  /** The server has it, as entry seq of conversation cid; it stays here until that arrives. Undefined where it has arrived already. */
  sent(id: string, cid: string, seq: number): Outgoing | undefined {
    return this.change(id, { state: 'sent', cid, seq })
  }

  /**
   * The log of conversation cid has come to entry seq. What the server had stored by
   * then is in it, or in what was left out of it, even where its entry was not seen.
   */
  passed(cid: string | undefined, seq: number): void {
    for (const one of this.messages) {
      if (one.state === 'sent' && (one.cid !== cid || one.seq! <= seq)) this.settle(one.id)
    }
  }

  /** Shows no messages of other tabs any longer: their entries may be among those left out. */
  unmirror(): void {
    this.messages = this.messages.filter(({ id }) => !this.mirrored.has(id))
  }

  /** What was only acknowledged waits again: the server may not have it any more. */
  doubt(): void {
    for (const { id, state } of this.messages) if (state === 'sent') this.change(id, { state: 'wait' })
  }

  fail(id: string, code: string): Outgoing | undefined {
    return this.change(id, { state: 'fail', code })
  }

  /** Lets a failed message wait again, under its old id: the server may have it after all. */
  retry(id: string, leave: boolean): Outgoing | undefined {
    this.mirrored.delete(id)
    return this.change(id, { state: 'wait', code: undefined, ...(leave && { leave }) })
  }

  /** Its entry has arrived, so the log shows it from now on; returns the message as it was. */
  settle(id: string): Outgoing | undefined {
    const message = this.messages.find((one) => one.id === id)
    this.messages = this.messages.filter((one) => one !== message)
    this.storage.dropOutgoing(id)
    return message
  }

  private put(some: Outgoing[]): void {
    const others = this.messages.filter(({ id }) => !some.some((one) => one.id === id))
    this.messages = [...others, ...some].sort((a, b) => a.at - b.at)
  }

  change(id: string, to: Partial<Outgoing>): Outgoing | undefined {
    const message = this.messages.find((one) => one.id === id)
    if (!message) return undefined
    Object.assign(message, to)
    this.storage.putOutgoing(message)
    return message
  }
}
