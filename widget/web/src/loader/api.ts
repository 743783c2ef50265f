import type { ChatEvents, Emit, Profile, Start } from './shell'

/** chatgroups('open'), as pages call it; the rest of the arguments belong to the command. */
export interface PageFunction {
  (command: string, ...rest: unknown[]): unknown
  /** Calls from before the loader ran. */
  q?: ArrayLike<unknown>[]
}

declare global {
  interface Window {
    chatgroups?: PageFunction
  }
}

/** What a page can ask for. */
export interface Commands {
  open(): void
  close(): void
  toggle(): void
  /** Shows the launcher again. */
  show(): void
  /** Takes the launcher off the page, and the panel with it. */
  hide(): void
  start(start: Start): void
  /** Tells agents who writes; nobody verifies it. */
  set(profile: Profile): void
  /** Takes the conversation out of this browser, as after a logout. */
  reset(): void
}

/**
 * Puts the function chatgroups on the page and runs what was asked of its stub
 * before. Returns how to tell the page of events.
 */
export function publish(commands: Commands): Emit {
  const listeners = new Map<string, Set<(data?: unknown) => void>>()
  let ready = false

  const on = (name: keyof ChatEvents, listener: (data?: unknown) => void) => {
    const set = listeners.get(name) ?? new Set()
    listeners.set(name, set.add(listener))
    if (name === 'ready' && ready) queueMicrotask(listener)
    return () => void set.delete(listener)
  }
  const emit: Emit = (name, ...data) => {
    ready ||= name === 'ready'
    // A listener of the page's that throws must not take the widget down with it.
    listeners.get(name)?.forEach((listener) => queueMicrotask(() => listener(data[0])))
  }
  const run: PageFunction = (command, ...rest) => {
    if (command === 'on') return on(rest[0] as keyof ChatEvents, rest[1] as () => void)
    if (!Object.hasOwn(commands, command)) return console.error(`chatgroups: there is no command "${command}"`)
    return commands[command as keyof Commands](rest[0] as never)
  }
  const waiting = window.chatgroups?.q ?? []
  window.chatgroups = run
  for (const call of waiting) run(...(Array.from(call) as [string]))
  return emit
}
