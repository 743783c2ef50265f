import { h } from '../dom/h'
import type { Panel, PanelModule, Shell } from './shell'

// A panel that comes sooner than this needs no stand-in.
const skeletonAfter = 400

/** The panel's file, which most page views never need. */
export interface Chunk {
  /** Fetches it, as the visitor seems about to want it. */
  prefetch(): void
  /** Fetches it and mounts the panel, once; after a failure the next call tries again. */
  mount(): Promise<Panel>
}

export function panelChunk(address: string, shell: () => Shell): Chunk {
  let fetched: Promise<PanelModule> | undefined
  let mounted: Promise<Panel> | undefined
  let failures = 0
  const fetchOnce = () => {
    // Browsers remember a failed import under its address, so another try needs another one.
    fetched ??= import(address + (failures ? '&try=' + failures : '')) as Promise<PanelModule>
    return fetched
  }
  const failed = (reason: unknown) => {
    failures++
    fetched = mounted = undefined
    throw reason
  }
  return {
    prefetch: () => void fetchOnce().catch(() => {}),
    mount: () => (mounted ??= fetchOnce().then((module) => module.mount(shell())).catch(failed)),
  }
}

/** Stands in for a panel that takes its time; returns how to take it away. */
export function showSkeleton(stage: HTMLElement, label: string): () => void {
  const bones = [1, 2, 3].map(() => h('div', { class: 'bone' }))
  const skeleton = h('section', { class: 'panel', role: 'dialog', 'aria-label': label, 'aria-busy': 'true' }, ...bones)
  const timer = setTimeout(() => stage.prepend(skeleton), skeletonAfter)
  return () => {
    clearTimeout(timer)
    skeleton.remove()
  }
}
