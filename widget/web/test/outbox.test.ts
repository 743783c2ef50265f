import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Outbox } from '../src/core/outbox'
import { SiteStorage, type Outgoing } from '../src/core/storage'
import { MemoryArea } from './fakes'

const now = Date.UTC(2026, 0, 1)
const message = (id: string, at = now): Outgoing => ({ id, body: 'text of ' + id, at, state: 'wait' })

function setUp() {
  const local = new MemoryArea()
  const open = (at = now) => {
    const storage = new SiteStorage('main', local, undefined)
    storage.permit()
    return new Outbox(storage, at)
  }
  return { local, open, outbox: open() }
}

const ids = (messages: readonly Outgoing[]) => messages.map(({ id }) => id)

test('what was added is there after a reload, in order', () => {
  const { outbox, open } = setUp()
  outbox.add(message('b', now + 1))
  outbox.add(message('a', now + 2))
  assert.deepEqual(ids(open().waiting()), ['b', 'a'])
})

test('what the server has waits no longer, but is shown until its entry arrives', () => {
  const { outbox, open } = setUp()
  outbox.add(message('a'))
  assert.equal(outbox.sent('a', 'c1', 7)?.state, 'sent')
  assert.deepEqual(ids(outbox.waiting()), [])
  assert.deepEqual(ids(open().all()), ['a'])
  outbox.settle('a')
  assert.deepEqual(open().all(), [])
})

test('what was written in the same instant is there in the same order', () => {
  const { outbox, open } = setUp()
  const written = 'hgfedcba'.split('')
  for (const id of written) outbox.add(message(id))
  outbox.add(message('early', now - 1))
  assert.deepEqual(ids(open().waiting()), [...written, 'early'])
})

test('what the server has is shown until the log has come past it', () => {
  const { outbox, open } = setUp()
  for (const id of ['a', 'b', 'c', 'd']) outbox.add(message(id))
  outbox.sent('a', 'c1', 7)
  outbox.sent('b', 'c1', 8)
  outbox.sent('c', 'c0', 90)
  outbox.passed('c1', 7)
  assert.deepEqual(ids(outbox.all()), ['b', 'd'])
  assert.deepEqual(ids(open().all()), ['b', 'd'])
})

test('a failed message keeps its text and its id', () => {
  const { outbox, open } = setUp()
  outbox.add(message('a'))
  outbox.fail('a', 'closed')
  const again = open()
  assert.deepEqual(again.waiting(), [])
  assert.equal(again.all()[0]?.body, 'text of a')
  again.retry('a', true)
  assert.deepEqual(again.waiting().map(({ id, leave, code }) => ({ id, leave, code })), [{ id: 'a', leave: true, code: undefined }])
})

test('two tabs do not overwrite each other', () => {
  const { outbox, open } = setUp()
  const other = open()
  outbox.add(message('a'))
  other.add(message('b', now + 1))
  outbox.settle('a')
  assert.deepEqual(ids(open().all()), ['b'])
})

test('a message of another tab is shown, and left to that tab', () => {
  const { outbox, open } = setUp()
  outbox.mirror(message('a'))
  assert.deepEqual(ids(outbox.all()), ['a'])
  assert.deepEqual(outbox.waiting(), [])
  assert.deepEqual(open().all(), [])
  outbox.mirror({ ...message('a'), state: 'fail', code: 'closed' })
  assert.equal(outbox.all().length, 1)
  assert.equal(outbox.all()[0]?.state, 'fail')
})

test('what has waited for more than a day is for the visitor to decide', () => {
  const { outbox, open } = setUp()
  outbox.add(message('a'))
  const day = 24 * 3_600_000
  assert.deepEqual(ids(open(now + day).waiting()), ['a'])
  const late = open(now + day + 1)
  assert.deepEqual(late.waiting(), [])
  assert.equal(late.all()[0]?.code, 'old')
})

test('after a change of epoch what was only acknowledged waits again', () => {
  const { outbox } = setUp()
  outbox.add(message('a'))
  outbox.sent('a', 'c1', 7)
  outbox.doubt()
  assert.deepEqual(ids(outbox.waiting()), ['a'])
})

test('what is taken over from a tab that is gone is whole and in order, whatever of it was seen', () => {
  const { outbox, open } = setUp()
  const heir = open()
  outbox.add(message('a'))
  outbox.add(message('c', now + 2))
  heir.mirror(message('c', now + 2))
  heir.add(message('b', now + 1))
  heir.inherit(['a', 'c', 'gone meanwhile'])
  assert.deepEqual(ids(heir.waiting()), ['a', 'c', 'b'])
})
