import type { bodyLength as BodyLength } from '../core/frames'
import type { h as H, mark as Mark, say as Say } from '../dom/h'
import type { icon as Icon } from '../dom/icons'
import type { isSendKey as IsSendKey } from '../panel/keys'
import type { adopt as Adopt } from '../style/sheet'

/** What the panel has already, and lends to this file so that nobody fetches it twice. */
export interface Tools {
  h: typeof H
  mark: typeof Mark
  say: typeof Say
  icon: typeof Icon
  adopt: typeof Adopt
  bodyLength: typeof BodyLength
  isSendKey: typeof IsSendKey
}

export let h: Tools['h']
export let mark: Tools['mark']
export let say: Tools['say']
export let icon: Tools['icon']
export let adopt: Tools['adopt']
export let bodyLength: Tools['bodyLength']
export let isSendKey: Tools['isSendKey']

/** To be called once, before anything else of this file. */
export function borrow(tools: Tools): void {
  ({ h, mark, say, icon, adopt, bodyLength, isSendKey } = tools)
}
