import assert from 'node:assert/strict'
import { test } from 'node:test'
import { publish } from '../src/loader/api'
import type { PanelCall } from '../src/loader/shell'

/** A page on which the loader has run, after the stub took some calls. */
function page(...queued: unknown[][]) {
  const done: unknown[] = []
  const passed: PanelCall[] = []
  const note = (name: string) => (value?: unknown) => void done.push(value === undefined ? name : [name, value])
  globalThis.window = { chatgroups: { q: queued } } as never
  const emit = publish({
    open: note('open'), close: note('close'), toggle: note('toggle'), show: note('show'), hide: note('hide'), start: note('start'),
  }, (...call) => passed.push(call))
  return { done, passed, emit, chatgroups: window.chatgroups! }
}

test('calls from before the loader ran are carried out in order', () => {
  const { done, passed } = page(['open'], ['set', { plan: 'pro' }], ['start', { group: 'tech' }], ['close'])
  assert.deepEqual(done, ['open', ['start', { group: 'tech' }], 'close'])
  assert.deepEqual(passed, [['set', { plan: 'pro' }]])
})

for (const command of ['open', 'close', 'toggle', 'show', 'hide']) {
  test(`${command} is a command of the loader's`, () => {
    const { chatgroups, done, passed } = page()
    chatgroups(command)
    assert.deepEqual([done, passed], [[command], []])
  })
}

for (const command of ['set', 'identify', 'config', 'reset', 'consent', 'forget', 'destroy']) {
  test(`${command} is left to the panel`, () => {
    const { chatgroups, done, passed } = page()
    chatgroups(command, { some: 'thing' })
    assert.deepEqual([done, passed], [[], [[command, { some: 'thing' }]]])
  })
}

test('a command that there is not says so and does nothing', () => {
  const { chatgroups, done, passed } = page()
  const said: unknown[] = []
  const before = console.error
  console.error = (...words) => void said.push(words)
  for (const wrong of ['toString', 'constructor', '', 'opened']) chatgroups(wrong)
  console.error = before
  assert.deepEqual([said.length, done, passed], [4, [], []])
})

for (const name of ['open', 'close', 'unread', 'message', 'sent', 'group', 'offline', 'error'] as const) {
  test(`who listens to ${name} hears of it until they have had enough`, async () => {
    const { chatgroups, emit } = page()
    const heard: unknown[] = []
    const off = chatgroups('on', name, (data: unknown) => heard.push(data)) as () => void
    ;(emit as (name: string, data?: unknown) => void)(name, 7)
    await Promise.resolve()
    off()
    ;(emit as (name: string, data?: unknown) => void)(name, 8)
    await Promise.resolve()
    assert.deepEqual(heard, [7])
  })
}

test('ready is told to who asks early and to who asks late', async () => {
  let ready = 0
  const { chatgroups } = page(['on', 'ready', () => ready++])
  assert.equal(ready, 0)
  chatgroups('on', 'ready', () => ready++)
  await Promise.resolve()
  assert.equal(ready, 2)
})
