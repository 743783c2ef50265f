import type { Chat } from '../core/chat'

// How long a visitor waits for a first answer before something else is offered.
export const patience = 90_000

/** When that is, for a conversation that nobody has answered though somebody should be there; Infinity for all others. */
export function answerDue(chat: Pick<Chat, 'begun' | 'store' | 'leaving' | 'partners'>): number {
  const { begun, store, leaving } = chat
  if (!begun || leaving || store.closed || store.agents.length) return Infinity
  if (chat.partners().every(({ state }) => state === 'off')) return Infinity
  const mine = store.events.filter(({ kind, by }) => kind === 'message' && by.role === 'visitor')
  return (mine[0]?.at ?? Infinity) + patience
}
