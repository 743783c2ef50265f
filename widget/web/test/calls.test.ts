import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PanelCall } from '../src/loader/shell'
import { keepTheme } from '../src/loader/theme'
import { answerCall } from '../src/more/calls'
import type { View } from '../src/panel/view'
import { tab, welcome } from './fakes'

/** A panel that is called, and what became of it. */
function panel(dir = 'ltr') {
  const { chat, network } = tab()
  chat.open()
  network.last.frame(welcome())
  const style = new Map<string, string>()
  const happened: unknown[] = []
  const host = {
    dir, dataset: {} as Record<string, string>, remove: () => happened.push('removed'),
    style: { setProperty: (name: string, value: string) => style.set(name, value) },
  }
  const data: Record<string, string> = {}
  globalThis.matchMedia = (() => ({ matches: false, addEventListener() {} })) as never
  globalThis.getComputedStyle = (() => ({ getPropertyValue: () => '' })) as never
  const shell = { host, data, retheme: keepTheme(host as never, data, '') }
  const view = { shell, chat, t: (key: string) => key, announce: (text: string) => happened.push(text) } as unknown as View
  const callee = { agree: (given: boolean) => happened.push(given), close: () => happened.push('closed'), reset: () => happened.push('reset') }
  const call = (...one: PanelCall) => answerCall(view, callee, one)
  return { chat, network, style, happened, data, host, call, view }
}

test('set tells name and address apart from what else is said, and keeps what was said before', () => {
  const { call, network } = panel()
  call('set', { name: 'Jane', email: 'jane@shop.example', plan: 'pro', seats: 12, nested: { a: 1 }, none: null })
  call('set', { trial: true })
  const { name, email, attrs } = network.last.hello
  assert.deepEqual({ name, email, attrs }, { name: 'Jane', email: 'jane@shop.example', attrs: { plan: 'pro', seats: 12, trial: true } })
})

test('what a page says by mistake is left out', () => {
  const { call, network, chat } = panel()
  for (const wrong of [undefined, null, 7, 'Jane', { name: 7 }]) call('set', wrong)
  for (const wrong of [undefined, 'token', { token: 7 }]) call('identify', wrong)
  for (const wrong of [undefined, { offset: 'far', zIndex: {} }]) call('config', wrong)
  assert.equal(network.last.hello.name, undefined)
  assert.equal(network.last.hello.jwt, undefined)
  assert.notEqual(chat.phase, 'off')
})

test('identify says it to the server', () => {
  const { call, network } = panel()
  call('identify', { token: 'signed' })
  assert.equal(network.last.hello.jwt, 'signed')
})

test('config changes colours, distances and the layer', () => {
  const { call, style, data, host } = panel()
  call('config', { theme: 'dark', accent: '#123456', offset: { x: 8, y: 16 }, zIndex: 7 })
  assert.deepEqual(data, { theme: 'dark', accent: '#123456' })
  assert.equal(host.dataset['theme'], 'dark')
  assert.ok(style.get('--fit-surface'))
  assert.deepEqual([...style].filter(([name]) => name.startsWith('--chat')), [['--chat-x', '8px'], ['--chat-y', '16px'], ['--chat-z', '7']])
  call('config', { offset: 40 })
  assert.deepEqual([style.get('--chat-x'), style.get('--chat-y')], ['40px', '40px'])
})

for (const [dir, side, flipped] of [['ltr', 'left', true], ['ltr', 'right', false], ['rtl', 'left', false], ['rtl', 'right', true]] as const) {
  test(`the ${side} side of a page that is read ${dir}`, () => {
    const { call, style } = panel(dir)
    call('config', { side })
    assert.equal(style.get('--chat-start') === 'auto', !flipped)
    assert.equal(style.get('--chat-end') === 'auto', flipped)
  })
}

test('consent, reset and forget reach the panel', () => {
  const { call, happened } = panel()
  call('consent', true)
  call('consent', false)
  call('reset')
  call('forget')
  assert.deepEqual(happened, [true, false, 'reset', 'reset', 'forgotten'])
})

test('destroy takes all off the page, and later calls do nothing', () => {
  const { call, happened, chat, host } = panel()
  globalThis.window = {} as never
  call('destroy')
  assert.deepEqual(happened, ['closed', 'removed'])
  assert.equal(host.dataset['gone'], '')
  assert.equal(chat.phase, 'off')
  window.chatgroups!('open')
})

test('config changes the language before the next call is answered', async () => {
  const { call, view } = panel()
  const asked: string[] = []
  let spoken = () => {}
  view.speak = (locale: string) => {
    asked.push(locale)
    return new Promise((done) => (spoken = done))
  }
  let over = false
  const answered = call('config', { lang: 'pt-BR' }).then(() => (over = true))
  await Promise.resolve()
  assert.equal(over, false)
  spoken()
  await answered
  assert.deepEqual(asked, ['pt-BR'])
})

test('config leaves a language that is none alone', async () => {
  const { call, view } = panel()
  view.speak = () => Promise.reject(new RangeError('no language tag'))
  await call('config', { lang: '??' })
})
