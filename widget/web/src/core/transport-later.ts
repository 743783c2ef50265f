import type { Dial, Transport } from './transport'

/** Dials by a way that has to be fetched first, since few need it. What cannot be had is a line that broke. */
export function dialLater(fetch: () => Promise<Dial>): Dial {
  return (hello, events) => {
    let over = false
    let line: Transport | undefined
    fetch().then(
      (dial) => {
        if (!over) line = dial(hello, events)
      },
      () => over || events.closed(0, 0))
    return {
      // Nobody sends before the welcome, which only a line brings.
      send: (frame) => line?.send(frame),
      ping: () => line?.ping(),
      close() {
        over = true
        line?.close()
      },
    }
  }
}
