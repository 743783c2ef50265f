const floor = 200
const first = 500
const ceiling = 30_000

/**
 * Milliseconds to wait after the n-th failure in a row (n counts from 0): full
 * jitter between 0.2 s and 30 s, so that a thousand widgets do not come back to
 * a restarted server in the same instant.
 */
export function backoff(n: number, random: () => number): number {
  return Math.max(floor, random() * Math.min(ceiling, first * 2 ** n))
}
