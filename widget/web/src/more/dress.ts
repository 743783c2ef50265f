import { adopt } from './lent'

const worn = new Set<string>()

/** Adds the styles of something that is shown for the first time to the widget. */
export function dress(root: ShadowRoot, style: string): void {
  if (worn.has(style)) return
  worn.add(style)
  adopt(root, style)
}
