import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entry, FakeBrowser, tab, welcome } from './fakes'

/** A tab whose conversation c1 goes on. */
function begun(browser = new FakeBrowser()) {
  const all = tab(browser)
  all.chat.open()
  all.network.last.frame(welcome({ tok: 't1', cid: 'c1', seq: 1, with: ['tech'] }))
  all.network.last.frame(entry(1))
  all.clock.pass(1_000)
  return all
}

test('an identity is said with a new hello, and not again once it is confirmed', () => {
  const { chat, network } = begun()
  chat.identify('signed', () => assert.fail('it has not expired'))
  assert.equal(network.lines.length, 2)
  assert.deepEqual([network.last.hello.jwt, network.last.hello.tok, network.last.hello.cid], ['signed', 't1', 'c1'])
  network.last.frame(welcome({ tok: 't2', cid: 'c1', seq: 1 }))
  network.last.break()
  chat.kick()
  assert.deepEqual([network.last.hello.jwt, network.last.hello.tok], [undefined, 't2'])
})

test('without the token the identity is said again', () => {
  const { chat, network, clock } = begun()
  chat.identify('signed', () => {})
  network.last.frame(welcome({ tok: 't2', cid: 'c1', seq: 1 }))
  clock.pass(1_000)
  network.last.break(4401)
  clock.pass(1)
  assert.deepEqual([network.last.hello.jwt, network.last.hello.tok], ['signed', undefined])
})

for (const [code, why, tells] of [[4410, 'identity_expired', 1], [4411, 'identity_refused', 0]] as const) {
  test(`${code}: the chat goes on without the identity, and nothing is lost`, () => {
    const { chat, network, clock, told } = begun()
    let expired = 0
    chat.send('hello')
    chat.identify('signed', () => expired++)
    network.last.break(code)
    assert.deepEqual([told.failed, expired], [[why], tells])
    clock.pass(1)
    assert.deepEqual([network.last.hello.jwt, network.last.hello.tok], [undefined, 't1'])
    network.last.frame(welcome({ cid: 'c1', seq: 1, with: ['tech'] }))
    assert.deepEqual(network.last.sent.map((frame) => frame.t), ['send'])
  })
}

test('what the page says of the visitor is said in the hello', () => {
  const { chat, network } = begun()
  chat.introduce({ name: 'Jane', attrs: { plan: 'pro' } })
  assert.deepEqual([network.last.hello.name, network.last.hello.attrs], ['Jane', { plan: 'pro' }])
})

test('a newer token that another tab was given is tried before none', () => {
  const browser = new FakeBrowser()
  const { network, clock } = begun(browser)
  const kept = JSON.parse(browser.local.getItem('chatgroups:main')!) as object
  browser.local.setItem('chatgroups:main', JSON.stringify({ ...kept, tok: 't2' }))
  network.last.break(4401)
  clock.pass(1)
  assert.equal(network.last.hello.tok, 't2')
  network.last.break(4401)
  clock.pass(30_000)
  assert.equal(network.last.hello.tok, undefined)
})

test('a conversation that an identity brings is kept, so that the next page finds it', () => {
  const browser = new FakeBrowser()
  const { chat, network, clock } = tab(browser)
  chat.open()
  chat.identify('signed', () => {})
  network.last.frame(welcome({ tok: 't1', cid: 'c1', seq: 0 }))
  clock.pass(1_000)
  assert.equal(browser.local.length, 1)
})

test('erasing asks the server, and is done once the token opens nothing', () => {
  const { chat, network, clock } = begun()
  let done = 0
  chat.erase(() => (done++, chat.reset()))
  assert.deepEqual(network.last.sent, [{ t: 'forget' }])
  assert.equal(done, 0)
  network.last.break(4401)
  clock.pass(1)
  assert.equal(done, 1)
  assert.equal(chat.begun, false)
})

test('erasing waits for a connection, also of a closed panel', () => {
  const { chat, network, clock } = begun()
  network.last.frame(entry(2, { kind: 'closed', by: { role: 'system' } }))
  chat.close()
  assert.equal(chat.phase, 'off')
  let done = 0
  chat.erase(() => (done++, chat.reset()))
  network.last.break()
  clock.pass(30_000)
  network.last.frame(welcome({ cid: 'c1', seq: 2, closed: true }))
  assert.deepEqual(network.last.sent, [{ t: 'forget' }])
  network.last.break(4401)
  clock.pass(1)
  assert.deepEqual([done, chat.phase], [1, 'off'])
})

test('without a conversation there is nothing to ask the server', () => {
  const { chat, network } = tab()
  let done = 0
  chat.erase(() => done++)
  assert.deepEqual([done, network.lines.length], [1, 0])
})

test('all tabs follow who is forgotten', () => {
  const browser = new FakeBrowser()
  const one = begun(browser)
  const other = begun(browser)
  one.chat.erase(() => one.chat.reset())
  one.network.last.break(4401)
  one.clock.pass(1)
  assert.equal(other.chat.begun, false)
  assert.equal(browser.local.length, 0)
})

test('a chat that has ended does not come back', () => {
  const { chat, network } = begun()
  chat.end()
  chat.resume()
  chat.open()
  assert.ok(network.last.closedByClient)
  assert.equal(chat.phase, 'off')
})
