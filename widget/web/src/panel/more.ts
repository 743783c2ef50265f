import { bodyLength } from '../core/frames'
import { h, mark, say } from '../dom/h'
import { icon } from '../dom/icons'
import { learn } from '../i18n/texts'
import type * as Module from '../more/main'
import { adopt } from '../style/sheet'
import { isSendKey } from './keys'

/** The file's name with its hash, which the build knows. */
declare const MORE: string

/** What a first look at the panel does without, in a file of its own. */
export type More = typeof Module

/** Fetches it when it is first asked for; after a failure the next call tries again. */
export function moreChunk(base: string): () => Promise<More> {
  let fetched: Promise<More> | undefined
  let failures = 0
  return () =>
    (fetched ??= (import(base + MORE + (failures ? '&try=' + failures : '')) as Promise<More>).then((more) => {
      learn(more.en)
      more.borrow({ h, mark, say, icon, adopt, bodyLength, isSendKey })
      return more
    }, (reason: unknown) => {
      failures++
      fetched = undefined
      throw reason
    }))
}
