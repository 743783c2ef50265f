import type { TextKey } from '../i18n/en'

// By the code of a refusal; "old" and "refused" are the widget's own.
const reasons: Record<string, TextKey> = {
  too_long: 'failTooLong',
  rate: 'failRate',
  closed: 'failClosed',
  group_offline: 'failOffline',
  forbidden: 'failForbidden',
  invalid: 'failInvalid',
  refused: 'failInvalid',
  internal: 'failInternal',
  old: 'failOld',
}

/** Why a message was not sent; or, with changes, why another could not be changed or taken back. */
export const whyNot = (code: string, changes = false): TextKey =>
  changes && code === 'forbidden' ? 'editFailed' : reasons[code] ?? 'notSent'
