import { adopt } from '../style/sheet'
import files from './files.css'

const dressed = new WeakSet<ShadowRoot>()

/** Adds the styles of what is in this file to the widget, once. */
export function dress(root: ShadowRoot): void {
  if (dressed.has(root)) return
  dressed.add(root)
  adopt(root, files)
}
