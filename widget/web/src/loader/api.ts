import type { ChatEvents, Emit, PanelCall, Start } from './shell'

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
}

const panelCalls = /^(set|identify|config|reset|consent|forget|destroy)$/

/**
 * Puts the function chatgroups on the page and runs what was asked of its stub
 * before; pass is given what only the panel can do. Returns how to tell the page of
 * events.
 */
export function publish(commands: Commands, pass: (...call: PanelCall) => void): Emit {
  const listeners = new Map<string, Set<(data?: unknown) => void>>()

  const on = (name: keyof ChatEvents, listener: (data?: unknown) => void) => {
    const set = listeners.get(name) ?? new Set()
    listeners.set(name, set.add(listener))
    // Whoever can ask runs after the loader, or waits in the stub's queue until its end.
    if (name === 'ready') queueMicrotask(listener)
    return () => void set.delete(listener)
  }
  const emit: Emit = (name, ...[data]) => {
    // A listener of the page's that throws must not take the widget down with it.
    listeners.get(name)?.forEach((listener) => queueMicrotask(() => listener(data)))
  }
  const run: PageFunction = (command, value, listener) => {
    if (command === 'on') return on(value as keyof ChatEvents, listener as () => void)
    if (panelCalls.test(command)) return pass(command as PanelCall[0], value)
    if (!Object.hasOwn(commands, command)) return console.error('chatgroups: what is ' + command)
    return commands[command as keyof Commands](value as never)
  }
  const waiting = window.chatgroups?.q ?? []
  window.chatgroups = run
  for (const call of waiting) run(...(Array.from(call) as [string]))
  return emit
}
