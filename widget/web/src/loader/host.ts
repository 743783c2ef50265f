const tag = 'chatgroups-widget'

/** Whether a loader has run on this page already. */
export const isLoaded = (): boolean => customElements.get(tag) !== undefined

/**
 * Makes the one element that the widget lives in and keeps it on the page: where
 * a site swaps its body for another (Turbo, Astro and their like), it moves along,
 * and moved is called. It stands last in the body, so that help is always found
 * in the same place (WCAG 3.2.6). Only one that is
 * marked as gone stays away.
 */
export function createHost(moved: () => void): HTMLElement {
  let kept: HTMLElement | undefined
  class Host extends HTMLElement {
    connectedCallback(): void {
      // A page restored from a copy of its markup brings an empty double.
      if (kept && this !== kept) this.remove()
    }

    disconnectedCallback(): void {
      queueMicrotask(() => {
        if (this !== kept || this.isConnected || this.dataset['gone']) return
        document.body.append(this)
        moved()
      })
    }
  }
  customElements.define(tag, Host)
  const host = (kept = new Host())
  document.querySelectorAll(tag).forEach((double) => double.remove())
  if (document.body) document.body.append(host)
  else document.addEventListener('DOMContentLoaded', () => document.body.append(host))
  return host
}
