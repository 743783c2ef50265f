import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entry, FakeBrowser, sends, tab, welcome } from './fakes'

const own = (seq: number, id: string) => entry(seq, { id, me: true, by: { role: 'visitor' } })

/** A tab whose conversation c1 has begun with one message. */
function begun(browser = new FakeBrowser()) {
  const all = tab(browser)
  all.chat.open()
  all.network.last.frame(welcome({ tok: 't1' }))
  all.chat.send('first', 'tech')
  const { id } = all.chat.outbox.all()[0]!
  all.network.last.frame({ t: 'ack', id, seq: 1, at: 1, cid: 'c1' })
  all.network.last.frame(welcome({ cid: 'c1', seq: 1, with: ['tech'] }))
  all.network.last.frame(own(1, id))
  all.clock.pass(1_000)
  return all
}

test('a closed panel without a conversation has no connection', () => {
  const { chat, network } = tab()
  assert.equal(network.lines.length, 0)
  chat.open()
  network.last.frame(welcome())
  chat.close()
  assert.ok(network.last.closedByClient)
  assert.equal(chat.phase, 'off')
})

test('an opened and closed chat leaves nothing in the browser', () => {
  const { chat, network, clock, browser } = tab()
  chat.open()
  network.last.frame(welcome({ tok: 't1' }))
  chat.close()
  clock.pass(60_000)
  assert.equal(browser.local.length, 0)
})

test('a message is in the browser before it is on the line', () => {
  const { chat, network, browser } = tab()
  chat.open()
  network.last.frame(welcome({ tok: 't1' }))
  let kept = 0
  network.last.sent.push = (...frames) => {
    kept = browser.local.length
    return frames.length
  }
  chat.send('hello', 'tech')
  assert.equal(kept, 2) // the conversation, and the message under a key of its own
})

test('what was written while the connection was down goes out in order, once it is back', () => {
  const { chat, network, clock } = tab()
  chat.open()
  network.last.break()
  chat.send('one', 'tech')
  chat.send('two', 'tech')
  clock.pass(30_000)
  network.last.frame(welcome())
  assert.deepEqual(sends(network.last.sent).map(([, body]) => body), ['one', 'two'])
})

test('what was not answered is sent again under its id, and shown once', () => {
  const { chat, network, told } = tab()
  chat.open()
  network.last.frame(welcome())
  chat.send('hello', 'tech')
  const [first] = sends(network.last.sent)
  network.last.break()
  chat.kick()
  network.last.frame(welcome({ cid: 'c1', seq: 1 }))
  assert.deepEqual(sends(network.last.sent), [first])
  network.last.frame(own(1, first![0]))
  network.last.frame({ t: 'ack', id: first![0], seq: 1, at: 1, cid: 'c1' })
  assert.deepEqual(chat.outbox.all(), [])
  assert.equal(chat.store.events.length, 1)
  assert.deepEqual(told.sent, [first![0]])
})

test('the group is named until the conversation has begun, and again once it is closed', () => {
  const { chat, network } = begun()
  chat.send('second')
  network.last.frame(entry(2, { kind: 'closed' }))
  chat.open()
  chat.send('third')
  const groups = network.last.sent.flatMap((frame) => (frame.t === 'send' ? [frame.group] : []))
  assert.deepEqual(groups.slice(0, 2), ['tech', undefined])
})

test('a message for a group that is off is marked as left for it', () => {
  const { chat, network } = tab()
  chat.open()
  network.last.frame(welcome())
  chat.send('later, please', 'product')
  assert.deepEqual(network.last.sent.map((frame) => frame.t === 'send' && frame.leave), [true])
})

test('a group that went off in that moment: the message fails, and can be left', () => {
  const { chat, network, told } = tab()
  chat.open()
  network.last.frame(welcome())
  chat.send('hello', 'tech')
  const { id } = chat.outbox.all()[0]!
  network.last.frame({ t: 'nack', id, code: 'group_offline' })
  assert.deepEqual(told.failed, ['group_offline'])
  assert.equal(chat.outbox.all()[0]?.state, 'fail')
  chat.retry(id, true)
  assert.deepEqual(network.last.sent.at(-1), { t: 'send', id, body: 'hello', group: 'tech', leave: true })
})

test('who is too fast waits, and everything after it, in order', () => {
  const { chat, network, clock } = begun()
  chat.send('two')
  chat.send('three')
  const [, two, three] = sends(network.last.sent)
  network.last.frame({ t: 'nack', id: two![0], code: 'rate', retry_ms: 4_000 })
  network.last.frame({ t: 'nack', id: three![0], code: 'rate', retry_ms: 4_000 })
  chat.send('four')
  assert.equal(sends(network.last.sent).length, 3)
  clock.pass(4_000)
  assert.deepEqual(sends(network.last.sent).slice(3).map(([, body]) => body), ['two', 'three', 'four'])
})

test('a server that cannot keep a message is asked a few times, then the visitor is', () => {
  const { chat, network, clock, told } = begun()
  chat.send('two')
  const { id } = chat.outbox.all()[0]!
  for (let i = 0; i < 6; i++) {
    network.last.frame({ t: 'nack', id, code: 'internal' })
    clock.pass(20_000)
  }
  assert.deepEqual(told.failed, ['internal'])
  assert.equal(chat.outbox.all()[0]?.body, 'two')
})

test('a line that could not be read fails what was not answered, so that it is not sent for ever', () => {
  const { chat, network } = begun()
  chat.send('two')
  network.last.break(4400)
  assert.equal(chat.outbox.all()[0]?.state, 'fail')
})

test('an unknown token is left out, and what waits is kept', () => {
  const { chat, network, clock } = begun()
  network.last.break()
  chat.send('two')
  network.last.break(4401)
  clock.pass(1_000)
  assert.equal(network.last.hello.tok, undefined)
  network.last.frame(welcome({ tok: 't2', vid: 'v2' }))
  assert.deepEqual(network.last.sent, [{ t: 'send', id: chat.outbox.all()[0]!.id, body: 'two', group: 'tech' }])
})

test('a gap makes it say hello with what it has', () => {
  const { network, clock } = begun()
  network.last.frame(entry(3))
  clock.pass(0)
  assert.equal(network.last.hello.since, 1)
  network.last.frame(welcome({ cid: 'c1', seq: 3 }))
  network.last.frame(entry(2))
  network.last.frame(entry(3))
  assert.equal(network.lines.length, 2)
})

test('after a reload it goes on where it was', () => {
  const { browser } = begun()
  const { chat, network } = tab(browser)
  assert.deepEqual(chat.store.events.map(({ seq }) => seq), [1])
  assert.deepEqual([network.last.hello.tok, network.last.hello.cid, network.last.hello.since], ['t1', 'c1', 1])
})

test('a message that is not sent survives a reload and goes out then', () => {
  const { browser, network, chat } = begun()
  network.last.break()
  chat.send('two')
  const again = tab(browser)
  again.network.last.frame(welcome({ cid: 'c1', seq: 1 }))
  assert.deepEqual(sends(again.network.last.sent).map(([, body]) => body), ['two'])
})

test('a closed conversation is not connected to until the panel opens', () => {
  const { browser, network, clock } = begun()
  network.last.frame(entry(2, { kind: 'closed' }))
  clock.pass(1_000)
  const again = tab(browser)
  assert.equal(again.network.lines.length, 0)
  again.chat.open()
  assert.equal(again.network.lines.length, 1)
})

test('another tab shows a message at once, and does not send it', () => {
  const browser = new FakeBrowser()
  const [a, b] = [begun(browser), tab(browser)]
  b.network.last.frame(welcome({ cid: 'c1', seq: 1 }))
  a.chat.send('two')
  assert.deepEqual(b.chat.outbox.all().map(({ body }) => body), ['two'])
  assert.deepEqual(b.network.last.sent, [])
  b.network.last.frame(own(2, a.chat.outbox.all()[0]!.id))
  assert.deepEqual(b.chat.outbox.all(), [])
})

test('a tab that was a visitor of its own follows the tab that begins a conversation', () => {
  const browser = new FakeBrowser()
  const b = tab(browser)
  b.chat.open()
  b.network.last.frame(welcome({ tok: 't9', vid: 'v9' }))
  begun(browser)
  assert.deepEqual([b.network.last.hello.tok, b.network.last.hello.cid], ['t1', 'c1'])
})

test('what was seen in one tab is seen in all', () => {
  const browser = new FakeBrowser()
  const [a, b] = [begun(browser), tab(browser)]
  for (const { network } of [a, b]) network.last.frame(welcome({ cid: 'c1', seq: 2 }))
  for (const { network } of [a, b]) network.last.frame(entry(2))
  assert.equal(b.chat.store.unread(), 1)
  a.chat.seen()
  assert.equal(b.chat.store.unread(), 0)
  assert.deepEqual(a.network.last.sent.at(-1), { t: 'read', seq: 2 })
})

test('a reset takes the conversation out of every tab and of the browser', () => {
  const browser = new FakeBrowser()
  const [a, b] = [begun(browser), tab(browser)]
  a.chat.close()
  a.chat.reset()
  a.clock.pass(1_000)
  b.clock.pass(1_000)
  assert.equal(browser.local.length, 0)
  for (const { chat } of [a, b]) {
    assert.equal(chat.begun, false)
    assert.equal(chat.phase, 'off')
  }
})

test('a tab that slept through a reset does not bring the conversation back', () => {
  const browser = new FakeBrowser()
  const [a, b] = [begun(browser), tab(browser)]
  b.chat.pause()
  a.chat.close()
  a.chat.reset()
  b.chat.resume()
  b.clock.pass(1_000)
  assert.equal(b.chat.begun, false)
  assert.equal(browser.local.length, 0)
})

test('a page that goes away holds no line, and comes back where it was', () => {
  const { chat, network } = begun()
  chat.pause()
  assert.ok(network.last.closedByClient)
  chat.resume()
  assert.equal(network.last.hello.since, 1)
})

test('a server restored from a backup gets what it had acknowledged and lost', () => {
  const { chat, network } = begun()
  chat.send('two')
  const { id } = chat.outbox.all()[0]!
  network.last.frame({ t: 'ack', id, seq: 2, at: 2, cid: 'c1' })
  network.last.break()
  chat.kick()
  network.last.frame(welcome({ cid: 'c1', epoch: 'e2', seq: 1 }))
  assert.deepEqual(sends(network.last.sent), [[id, 'two']])
})

test('a new conversation on an open line replaces the old one', () => {
  const { chat, network } = begun()
  network.last.frame(entry(2, { kind: 'closed' }))
  chat.open()
  chat.send('again')
  const { id } = chat.outbox.all()[0]!
  network.last.frame({ t: 'ack', id, seq: 1, at: 2, cid: 'c2' })
  network.last.frame(welcome({ cid: 'c2', seq: 1 }))
  network.last.frame(own(1, id))
  assert.deepEqual(chat.store.events.map((event) => event.id), [id])
  assert.deepEqual(chat.outbox.all(), [])
})

test('what was left out of a long replay is not shown as on its way', () => {
  const browser = new FakeBrowser()
  const one = begun(browser)
  const other = tab(browser)
  other.network.last.frame(welcome({ cid: 'c1', seq: 1, with: ['tech'] }))
  one.chat.send('acknowledged')
  one.chat.send('not answered')
  assert.equal(other.chat.outbox.all().length, 2) // mirrored
  const [acknowledged, unanswered] = one.chat.outbox.all().map(({ id }) => id)
  one.network.last.frame({ t: 'ack', id: acknowledged!, seq: 2, at: 1, cid: 'c1' })
  for (const { network, clock } of [one, other]) {
    network.last.break()
    clock.pass(30_000)
    network.last.frame(welcome({ cid: 'c1', seq: 300, with: ['tech'], more: true }))
    network.last.frame(entry(251))
  }
  assert.deepEqual(other.chat.outbox.all(), [])
  // The server had it already, and says so when it is sent again.
  assert.deepEqual(one.chat.outbox.all().map(({ id }) => id), [unanswered])
  one.network.last.frame({ t: 'ack', id: unanswered!, seq: 3, at: 1, cid: 'c1' })
  assert.deepEqual(one.chat.outbox.all(), [])
})

test('a message whose entry another tab has stored is not shown twice after a reload', () => {
  const { chat, network, clock, browser } = begun()
  chat.send('second')
  const [waiting] = chat.outbox.all()
  network.last.frame(own(2, waiting!.id))
  clock.pass(1_000)
  browser.local.setItem('chatgroups:main:out:' + waiting!.id, JSON.stringify(waiting))
  const again = tab(browser)
  again.network.last.frame(welcome({ cid: 'c1', seq: 2, with: ['tech'] }))
  again.network.last.frame({ t: 'ack', id: waiting!.id, seq: 2, at: 1, cid: 'c1' })
  assert.deepEqual(again.chat.outbox.all(), [])
})
