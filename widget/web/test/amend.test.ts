// A visitor changes what they wrote, or takes it back: before it was sent, while it is on
// its way, and after.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MessageLine } from '../src/core/transcript'
import { edit, takeBack } from '../src/more/amend'
import { whyNot } from '../src/more/failures'
import { entry, FakeBrowser, tab, welcome } from './fakes'

const own = (seq: number, id = 'n' + seq) => entry(seq, { id, me: true, by: { role: 'visitor' } })
const hello = (seq = 1) => welcome({ tok: 't1', cid: 'c1', seq, with: ['tech'] })

/** A tab in a conversation in which the visitor has said line 1. */
function talking(browser = new FakeBrowser()) {
  const all = tab(browser)
  all.chat.open()
  all.network.last.frame(hello())
  all.network.last.frame(own(1))
  all.clock.pass(1_000)
  return all
}

type Tab = ReturnType<typeof tab>
const messages = ({ chat }: Tab) => chat.lines().filter((line): line is MessageLine => line.kind === 'message')
const looks = (all: Tab) => messages(all).map(({ body, edited, removed, state }) => [body, edited, removed, state])
const last = ({ chat }: Tab) => chat.outbox.all().at(-1)!
const frames = ({ network }: Tab) => network.last.sent.filter(({ t }) => /send|edit|delete/.test(t))

function offline(all: Tab): void {
  all.network.last.break()
}

function online(all: Tab, seq = 1): void {
  all.clock.pass(30_000)
  all.chat.kick()
  all.network.last.frame(hello(seq))
}

test('an edit is seen at once, told to the server, and kept until its entry is there', () => {
  const all = talking()
  edit(all.chat, 'n1', 'better')
  const { id } = last(all)
  assert.deepEqual(frames(all), [{ t: 'edit', id, of: 'n1', body: 'better' }])
  assert.deepEqual(looks(all), [['better', true, false, 'wait']])
  all.network.last.frame({ t: 'ack', id, seq: 2, at: 1, cid: 'c1' })
  assert.deepEqual(looks(all), [['better', true, false, 'sent']])
  all.network.last.frame(entry(2, { kind: 'edited', id, of: 'n1', body: 'better', me: true, by: { role: 'visitor' } }))
  assert.deepEqual(all.chat.outbox.all(), [])
  assert.deepEqual(looks(all), [['better', true, false, 'sent']])
})

test('a deletion is seen at once and told to the server', () => {
  const all = talking()
  takeBack(all.chat, 'n1')
  assert.deepEqual(frames(all), [{ t: 'delete', id: last(all).id, of: 'n1' }])
  assert.deepEqual(looks(all), [['', false, true, 'wait']])
})

test('what was changed offline goes out after a reload, in the order in which it was done', () => {
  const browser = new FakeBrowser()
  const before = talking(browser)
  offline(before)
  before.chat.send('two')
  edit(before.chat, 'n1', 'one')
  before.chat.send('three')
  before.chat.end()
  const all = tab(browser)
  assert.deepEqual(looks(all).map(([body]) => body), ['one', 'two', 'three'])
  all.network.last.frame(hello())
  assert.deepEqual(frames(all).map((frame) => (frame.t === 'send' || frame.t === 'edit') && [frame.t, frame.body]), [['send', 'two'], ['edit', 'one'], ['send', 'three']])
})

test('a change that was not answered is told again under its id', () => {
  const all = talking()
  edit(all.chat, 'n1', 'better')
  const told = frames(all)
  offline(all)
  online(all)
  assert.deepEqual(frames(all), told)
})

test('a message that was never sent is changed where it waits, or is gone', () => {
  const browser = new FakeBrowser()
  const all = talking(browser)
  offline(all)
  all.chat.send('two')
  all.chat.send('three')
  const [two, three] = all.chat.outbox.all().map(({ id }) => id)
  edit(all.chat, two!, 'zwei')
  takeBack(all.chat, three!)
  assert.deepEqual(looks(all).slice(1), [['zwei', false, false, 'wait']])
  online(all)
  assert.deepEqual(frames(all), [{ t: 'send', id: two, body: 'zwei' }])
  assert.deepEqual(tab(browser).chat.outbox.all().map(({ id }) => id), [two])
})

test('a message that the server may have is changed by telling so after it', () => {
  const all = talking()
  all.chat.send('two')
  const { id: two } = last(all)
  edit(all.chat, two, 'zwei')
  const { id } = last(all)
  assert.deepEqual(frames(all), [{ t: 'send', id: two, body: 'two' }, { t: 'edit', id, of: two, body: 'zwei' }])
  assert.deepEqual(looks(all).at(-1), ['zwei', true, false, 'wait'])
  takeBack(all.chat, two)
  assert.deepEqual(frames(all).at(-1), { t: 'delete', id: last(all).id, of: two })
})

test('that it was sent once is known after a reload, too', () => {
  const browser = new FakeBrowser()
  const before = talking(browser)
  before.chat.send('two')
  const { id: two } = last(before)
  before.chat.end()
  const all = tab(browser)
  edit(all.chat, two, 'zwei')
  all.network.last.frame(hello())
  assert.deepEqual(frames(all).map(({ t }) => t), ['send', 'edit'])
})

test('of several changes that wait only the last is told', () => {
  const all = talking()
  offline(all)
  edit(all.chat, 'n1', 'better')
  edit(all.chat, 'n1', 'best')
  assert.equal(all.chat.outbox.all().length, 1)
  takeBack(all.chat, 'n1')
  online(all)
  assert.deepEqual(frames(all), [{ t: 'delete', id: last(all).id, of: 'n1' }])
})

test('a message that was refused can be changed and sent anew, or be gone', () => {
  const all = talking()
  all.chat.send('two')
  const { id } = last(all)
  all.network.last.frame({ t: 'nack', id, code: 'invalid' })
  edit(all.chat, id, 'zwei')
  assert.deepEqual(frames(all).at(-1), { t: 'send', id, body: 'zwei' })
  all.network.last.frame({ t: 'nack', id, code: 'invalid' })
  takeBack(all.chat, id)
  assert.deepEqual(looks(all).length, 1)
  assert.equal(frames(all).length, 2)
})

test('a change that is refused stays in sight with its reason, until it is tried again or given up', () => {
  const all = talking()
  edit(all.chat, 'n1', 'better')
  const { id } = last(all)
  all.network.last.frame({ t: 'nack', id, code: 'forbidden' })
  const [line] = messages(all)
  assert.deepEqual([line?.body, line?.state, line?.code, line?.via], ['better', 'fail', 'forbidden', id])
  assert.equal(whyNot('forbidden', true), 'editFailed')
  assert.equal(whyNot('closed', true), 'failClosed')
  all.chat.retry(id, false)
  assert.deepEqual(frames(all).at(-1), { t: 'edit', id, of: 'n1', body: 'better' })
  all.chat.drop(id)
  assert.deepEqual(looks(all), [['line 1', false, false, 'sent']])
})

test('a deletion that is refused leaves the message in sight', () => {
  const all = talking()
  takeBack(all.chat, 'n1')
  all.network.last.frame({ t: 'nack', id: last(all).id, code: 'forbidden' })
  assert.deepEqual(looks(all), [['line 1', false, false, 'fail']])
})

test('a change is seen in every tab, and given up in every tab', () => {
  const browser = new FakeBrowser()
  const [a, b] = [talking(browser), tab(browser)]
  b.network.last.frame(hello())
  edit(a.chat, 'n1', 'better')
  assert.deepEqual(looks(b), [['better', true, false, 'wait']])
  assert.deepEqual(frames(b), [])
  a.network.last.frame({ t: 'nack', id: last(a).id, code: 'forbidden' })
  assert.equal(messages(b)[0]?.state, 'fail')
  a.chat.drop(last(a).id)
  assert.deepEqual(looks(b), [['line 1', false, false, 'sent']])
})

test('what is answered for the conversation before this one does not lead back to it', () => {
  const all = talking()
  edit(all.chat, 'n1', 'better')
  const { id } = last(all)
  all.network.last.frame({ t: 'ack', id, seq: 9, at: 1, cid: 'c0' })
  assert.equal(all.chat.store.cid, 'c1')
  assert.deepEqual(all.chat.outbox.all(), [])
})
