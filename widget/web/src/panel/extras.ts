import type { More } from './more'
import type { View } from './view'

type Extras = ReturnType<More['createExtras']>
type Places = Parameters<More['createExtras']>[1]

/** The extras of a conversation, in a file that is fetched for the first who has one before them. */
export interface LazyExtras {
  /** What has been fetched. */
  now(): Extras | undefined
  /** Fetches them; undefined where that fails, and the panel does without. */
  get(): Promise<Extras | undefined>
  /** Fetches them unless that was tried for this opening. */
  want(): void
  draw(): void
}

/** came is called once, with the form for when nobody is there. */
export function lazyExtras(view: View, places: Places, came: (form: HTMLElement) => void): LazyExtras {
  let extras: Extras | undefined
  let wanted = false

  async function get(): Promise<Extras | undefined> {
    if (extras) return extras
    try {
      const more = await view.more()
      if (!extras) {
        extras = more.createExtras(view, places)
        came(extras.form.element)
      }
    } catch {
      // The conversation goes on without; the next who asks tries again.
    }
    return extras
  }

  function want(): void {
    if (!wanted) void get()
    wanted = true
  }

  function draw(): void {
    if (view.chat.begun && view.shell.launcher.isOpen()) want()
    extras?.draw()
  }

  return { now: () => extras, get, want, draw }
}
