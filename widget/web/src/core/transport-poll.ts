import { asServerFrame, type ClientFrame } from './frames'
import type { Dial } from './transport'

// The server holds a poll for 25 s at most; one that takes this long is lost.
const lost = 40_000
// A poll that comes back empty sooner than this was not held: something between
// us and the server answers for it, and must not be asked in a tight loop.
const hasty = 1_000

/**
 * Polls address (https://…/poll) by plain CORS requests: text/plain, no
 * credentials, the token in the body alone. For networks that block WebSockets.
 */
export function dialPoll(address: string, fetch: typeof globalThis.fetch = globalThis.fetch.bind(globalThis)): Dial {
  return (hello, events) => {
    let over = false
    let welcomed = false
    let out: ClientFrame[] = []
    let request: AbortController | undefined
    let carries = false

    const end = (code: number, retryMs: number) => {
      if (over) return
      over = true
      events.closed(code, retryMs)
    }

    const round = async (): Promise<void> => {
      const frames = out
      out = []
      const { signal } = (request = new AbortController())
      carries = frames.length > 0
      const timer = setTimeout(() => request?.abort(), lost)
      const asked = Date.now()
      let status = 0
      let answer: unknown
      try {
        const response = await fetch(address, {
          method: 'POST',
          headers: { 'Content-Type': 'text/plain' },
          body: JSON.stringify({ hello: welcomed ? { ...hello(), again: true } : hello(), out: frames }),
          credentials: 'omit',
          cache: 'no-store',
          signal,
        })
        status = response.status
        answer = await response.json()
      } catch {
        // What there is to send pushed a held poll aside: the next one takes it along.
        if (!over && !carries && out.length) return round()
      } finally {
        clearTimeout(timer)
      }
      if (over) return
      if (status !== 200 || !Array.isArray(answer)) {
        const bye = asServerFrame(answer)
        return bye?.t === 'bye' ? end(bye.code, bye.retry_ms) : end(0, 0)
      }
      events.alive()
      for (const one of answer) {
        const frame = asServerFrame(one)
        if (over || !frame) continue
        if (frame.t === 'bye') return end(frame.code, frame.retry_ms)
        welcomed ||= frame.t === 'welcome'
        events.frame(frame)
      }
      if (!answer.length && !frames.length && Date.now() - asked < hasty) {
        await new Promise((resolve) => setTimeout(resolve, hasty))
      }
      if (!over) return round()
    }

    void round()
    return {
      send(frame) {
        out.push(frame)
        // Of a request that carries frames nobody could tell whether they had arrived; it
        // is answered at once, anyway.
        if (!carries) request?.abort()
      },
      ping() {},
      close() {
        over = true
        request?.abort()
      },
    }
  }
}
