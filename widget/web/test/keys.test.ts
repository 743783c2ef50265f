import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSendKey } from '../src/panel/keys'

const press = (change: Partial<KeyboardEvent>) =>
  ({ key: 'Enter', shiftKey: false, isComposing: false, keyCode: 13, ...change }) as KeyboardEvent

for (const [what, change, sends] of [
  ['Enter sends', {}, true],
  ['Shift and Enter begin a line', { shiftKey: true }, false],
  ['Enter that accepts a suggestion does not send', { isComposing: true }, false],
  ['nor does it in Safari', { keyCode: 229 }, false],
  ['other keys do not send', { key: 'a' }, false],
] as const) {
  test(what, () => assert.equal(isSendKey(press(change)), sends))
}
