import type { ClientFrame, Hello, ServerFrame } from './frames'

/** A way to the server, already on its way. It says closed exactly once, unless it was closed from here. */
export interface Transport {
  /** Queues a frame; only to be called between the welcome and the close. */
  send(frame: ClientFrame): void
  /** Asks for a sign of life, where silence would not be normal. */
  ping(): void
  /** Ends it; after this it reports nothing. */
  close(): void
}

export interface TransportEvents {
  /** Something arrived, even if only the proof that the server is there. */
  alive(): void
  frame(frame: ServerFrame): void
  /** code is the server's reason, or 0 when the connection broke without one. */
  closed(code: number, retryMs: number): void
}

/** hello is asked for at the moment of sending, so that it carries the newest `since`. */
export type Dial = (hello: () => Hello, events: TransportEvents) => Transport

/** The two ways: one socket, or requests that the server holds. Both speak the same frames. */
export type Mode = 'ws' | 'poll'
