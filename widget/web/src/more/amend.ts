import type { Chat } from '../core/chat'

type Amended = Pick<Chat, 'outbox' | 'enqueue' | 'revise' | 'retry' | 'drop'>

/**
 * Gives a message of the visitor's own other words. What the server cannot have yet
 * is changed where it waits; of all else the change is told after it.
 */
export function edit(chat: Amended, key: string, body: string): void {
  const all = chat.outbox.all()
  const message = all.find(({ id }) => id === key)
  const earlier = all.filter(({ of, gone }) => of === key && !gone).at(-1)
  for (const one of [message, earlier]) {
    if (one && chat.outbox.untried(one.id)) return chat.revise(one.id, body)
  }
  if (message?.state === 'fail') chat.retry(key, false)
  if (earlier?.state === 'fail') chat.drop(earlier.id)
  chat.enqueue({ body, of: key })
}

/** Takes a message of the visitor's own back: one that was not sent is gone, of all else the server is told. */
export function takeBack(chat: Amended, key: string): void {
  const given = chat.outbox.all().filter(({ id, of, state }) => (of ?? id) === key && (state === 'fail' || chat.outbox.untried(id)))
  for (const { id } of given) chat.drop(id)
  if (!given.some(({ id }) => id === key)) chat.enqueue({ body: '', of: key, gone: true })
}
