import type { Block } from '../core/frames'
import type { View } from '../panel/view'
import { dress } from './dress'
import { richNodes, type Linked } from './rich'
import style from './rich.css'

/** Gives a message its looks, in the place where its plain body stands; that stays where they are not known. */
export function showRich(place: HTMLElement, rich: Block[], linked: Linked, { shell }: View): void {
  const nodes = richNodes(rich, linked)
  if (!nodes) return
  dress(shell.root, style)
  place.replaceChildren(...nodes)
}
