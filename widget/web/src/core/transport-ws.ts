import { parseServerFrame, type ClientFrame } from './frames'
import type { Dial } from './transport'

/** Dials a WebSocket at address (wss://…/ws). The token goes in the first frame, never in the address. */
export function dialWebSocket(address: string): Dial {
  return (hello, events) => {
    let over = false
    const end = (code: number, retryMs: number) => {
      if (over) return
      over = true
      socket?.close()
      events.closed(code, retryMs)
    }
    let socket: WebSocket | undefined
    try {
      socket = new WebSocket(address, 'chat.v1')
    } catch {
      // A policy of the page forbids it. Reported later, as a dial never reports before it returns.
      queueMicrotask(() => end(0, 0))
      return { send() {}, ping() {}, close: () => void (over = true) }
    }
    const write = (frame: ClientFrame) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame))
    }
    socket.onopen = () => write(hello())
    socket.onmessage = (message) => {
      if (over) return
      events.alive()
      const frame = parseServerFrame(String(message.data))
      if (!frame) return
      if (frame.t === 'bye') end(frame.code, frame.retry_ms)
      else events.frame(frame)
    }
    // A close code below 4000 that is not 1012 says how the socket broke, not what the server wants.
    socket.onclose = ({ code }) => end(code >= 4000 || code === 1012 ? code : 0, 0)
    return {
      send: write,
      ping: () => write({ t: 'ping' }),
      close() {
        over = true
        socket.close()
      },
    }
  }
}
