import type { Ev } from '../core/frames'
import type { Store } from '../core/store'

/** The close that the visitor may rate; undefined where there is none, or it is rated or skipped. */
export function toRate({ events, closed, skipped }: Pick<Store, 'events' | 'closed' | 'skipped'>): Ev | undefined {
  const last = events.filter(({ kind }) => kind === 'closed' || kind === 'rated').at(-1)
  return closed && last?.kind === 'closed' && last.seq !== skipped ? last : undefined
}
