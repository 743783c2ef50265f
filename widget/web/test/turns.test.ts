// What several tabs hold before there is a conversation: they begin one, and what a tab that is
// gone could not send is sent by another.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entry, FakeBrowser, sends, tab, welcome } from './fakes'

type Tab = ReturnType<typeof tab>
const texts = ({ network }: Tab) => sends(network.last.sent).map(([, body]) => body)
const own = (seq: number, id: string) => entry(seq, { id, me: true, by: { role: 'visitor' } })

/** The server meets a tab as a visitor that it does not know yet. */
const met = ({ network }: Tab, vid: string) => network.last.frame(welcome({ vid, tok: 'token of ' + vid }))

/** The server takes the first message of a tab into conversation c1. */
function taken({ network }: Tab): void {
  const [id] = sends(network.last.sent)[0]!
  network.last.frame({ t: 'ack', id, seq: 1, at: 1, cid: 'c1' })
}

/** Two tabs that were opened offline; both hold the message that was written in the first. */
function offline() {
  const browser = new FakeBrowser(true)
  const first = tab(browser)
  first.chat.send('hello', 'tech')
  const second = tab(browser)
  return [first, second] as const
}

// Whichever of the visitors' names the rule for tabs without turns would have preferred.
for (const [one, other] of [['v1', 'v2'], ['v2', 'v1']] as const) {
  test(`two tabs that hold the same first message begin one conversation: ${one} and ${other}`, () => {
    const [first, second] = offline()
    met(first, one)
    met(second, other)
    assert.deepEqual([texts(first), texts(second)], [['hello'], []])
    taken(first)
    assert.deepEqual([second.network.last.hello.tok, second.network.last.hello.cid], ['token of ' + one, 'c1'])
    second.network.last.frame(welcome({ vid: one, cid: 'c1', seq: 1, with: ['tech'] }))
    second.network.last.frame(own(1, first.chat.outbox.all()[0]!.id))
    assert.deepEqual(second.chat.outbox.all(), [])
  })
}

test('two first messages end up in one conversation', () => {
  const browser = new FakeBrowser(true)
  const [first, second] = [tab(browser), tab(browser)]
  first.chat.send('one', 'tech')
  second.chat.send('two', 'sales')
  met(second, 'v2')
  met(first, 'v1')
  assert.deepEqual([texts(first), texts(second)], [[], ['two']])
  taken(second)
  assert.deepEqual([first.network.last.hello.tok, first.network.last.hello.cid], ['token of v2', 'c1'])
  first.network.last.frame(welcome({ vid: 'v2', cid: 'c1', seq: 1, with: ['sales'] }))
  assert.deepEqual(texts(first), ['one'])
})

test('whose turn comes after a lost connection goes on as the visitor who may have begun', () => {
  const [first, second] = offline()
  met(first, 'v1')
  met(second, 'v2')
  first.network.last.break()
  assert.equal(second.network.last.hello.tok, 'token of v1')
  second.network.last.frame(welcome({ vid: 'v1' }))
  assert.deepEqual(texts(second), ['hello'])
})

test('a turn ends with the message that it was for', () => {
  const [first, second] = offline()
  met(first, 'v1')
  met(second, 'v2')
  first.network.last.frame({ t: 'nack', id: first.chat.outbox.all()[0]!.id, code: 'invalid' })
  second.chat.send('hello again', 'tech')
  second.network.last.frame(welcome({ vid: 'v1' }))
  assert.ok(texts(second).includes('hello again'))
})

test('what a tab that is gone could not send is sent by one that is there', () => {
  const browser = new FakeBrowser(true)
  const [first, second] = [tab(browser), tab(browser)]
  second.chat.open()
  met(second, 'v2')
  first.chat.send('hello', 'tech')
  assert.deepEqual(texts(second), [])
  assert.equal(second.chat.outbox.all().length, 1)
  first.chat.pause()
  assert.deepEqual(texts(second), ['hello'])
})

test('what a tab that is gone could not send is sent by the next', () => {
  const browser = new FakeBrowser(true)
  const [first, second] = [tab(browser), tab(browser)]
  second.chat.pause()
  first.chat.send('hello', 'tech')
  first.chat.pause()
  const third = tab(browser)
  met(third, 'v3')
  assert.deepEqual(texts(third), ['hello'])
})
