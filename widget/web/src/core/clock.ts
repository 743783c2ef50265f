/** Calls off what was planned; harmless once it has happened. */
export type Cancel = () => void

/** Time as the core sees it, so that tests can move it. */
export interface Clock {
  now(): number
  after(ms: number, run: () => void): Cancel
}

export const realClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
