import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Store } from '../src/core/store'
import { entry, groups, welcome } from './fakes'

function joined(change = {}) {
  const store = new Store(groups)
  store.welcome(welcome({ cid: 'c1', with: ['tech'], ...change }))
  return store
}

const seqs = (store: Store) => store.events.map(({ seq }) => seq)

test('entries count in their order, once', () => {
  const store = joined()
  assert.equal(store.apply(entry(1)), 'new')
  assert.equal(store.apply(entry(1)), 'old')
  assert.equal(store.apply(entry(2)), 'new')
  assert.deepEqual(seqs(store), [1, 2])
})

test('an entry after a gap does not count', () => {
  const store = joined()
  store.apply(entry(1))
  assert.equal(store.apply(entry(3)), 'gap')
  assert.equal(store.seq, 1)
  assert.deepEqual(seqs(store), [1])
})

test('an entry of an unknown kind counts', () => {
  const store = joined()
  assert.equal(store.apply(entry(1, { kind: 'waved' })), 'new')
  assert.equal(store.apply(entry(2)), 'new')
})

test('any order and number of deliveries ends in the log, once the gaps are asked for', () => {
  // A reader that gets entries at random, and after a gap what followed its seq.
  let seed = 7
  const random = (n: number) => ((seed = Math.imul(seed, 1103515245) + 12345) >>> 8) % n
  const store = joined()
  for (let round = 0; round < 2_000 && store.seq < 100; round++) {
    if (store.apply(entry(1 + random(100))) === 'gap') store.apply(entry(store.seq + 1))
  }
  assert.deepEqual(seqs(store), Array.from({ length: 100 }, (_, i) => i + 1))
})

test('a welcome that leaves entries out lets the next one follow, and tells of older ones', () => {
  const store = joined()
  store.apply(entry(1))
  store.welcome(welcome({ cid: 'c1', seq: 400, more: true }))
  assert.equal(store.apply(entry(351)), 'new')
  assert.equal(store.apply(entry(353)), 'gap')
  assert.ok(store.hasOlder())
})

test('the past comes before the entries at hand, without doubles', () => {
  const store = joined({ more: true, seq: 400 })
  store.apply(entry(351))
  store.prepend([entry(349), entry(350), entry(351)])
  assert.deepEqual(seqs(store), [349, 350, 351])
  assert.equal(store.seq, 351)
})

test('another epoch makes everything known void', () => {
  const store = joined()
  store.apply(entry(1))
  assert.equal(store.welcome(welcome({ cid: 'c1', epoch: 'e2', seq: 1 })), true)
  assert.equal(store.seq, 0)
  assert.deepEqual(store.events, [])
})

test('another conversation makes its entries void', () => {
  const store = joined()
  store.apply(entry(1))
  assert.equal(store.welcome(welcome({ cid: 'c2' })), false)
  assert.equal(store.apply(entry(1, { id: 'other' })), 'new')
  assert.deepEqual(store.events.map(({ id }) => id), ['other'])
})

test('a conversation that begins does not make its first entries void', () => {
  const store = new Store(groups)
  store.welcome(welcome())
  assert.equal(store.enter('c1'), false)
  store.apply(entry(1))
  store.welcome(welcome({ cid: 'c1', seq: 1 }))
  assert.deepEqual(seqs(store), [1])
})

test('groups and agents come and go with the entries', () => {
  const store = joined()
  store.apply(entry(1, { kind: 'joined', by: { role: 'system' }, group: 'sales', groupName: 'Sales' }))
  store.apply(entry(2, { kind: 'left', by: { role: 'system' }, group: 'tech', groupName: 'Tech' }))
  store.apply(entry(3, { by: { role: 'agent', name: 'Bo' } }))
  store.apply(entry(4, { by: { role: 'agent', name: 'Bo' } }))
  store.apply(entry(5, { kind: 'closed' }))
  assert.deepEqual(store.with, ['sales'])
  assert.deepEqual(store.agents.map(({ name }) => name), ['Bo', 'Ann'])
  assert.ok(store.closed)
  store.apply(entry(6, { kind: 'reopened' }))
  assert.ok(!store.closed)
})

test('only what agents say is unread', () => {
  const store = joined()
  store.apply(entry(1, { me: true, by: { role: 'visitor' } }))
  store.apply(entry(2))
  store.apply(entry(3, { kind: 'claimed' }))
  store.apply(entry(4))
  assert.equal(store.unread(), 2)
  store.read = 2
  assert.equal(store.unread(), 1)
})

test('of two tabs that both began to write as different visitors, exactly one gives way', () => {
  const [a, b] = [joined({ vid: 'v1', cid: undefined }), joined({ vid: 'v2', cid: undefined })]
  const gaveWay = [
    a.adopt({ vid: 'v2', tok: 't2' }, true),
    b.adopt({ vid: 'v1', tok: 't1' }, true),
  ]
  assert.deepEqual(gaveWay, [false, true])
  assert.equal(b.tok, 't1')
})

test('a conversation is not given up for another tab', () => {
  const store = joined({ vid: 'v2' })
  assert.equal(store.adopt({ vid: 'v1', tok: 't1', cid: 'c9' }, false), false)
  assert.equal(store.cid, 'c1')
})

test('a picture that comes after its agent is shown from then on', () => {
  const store = new Store([])
  store.apply(entry(1, { by: { role: 'agent', name: 'Ann' } }))
  store.apply(entry(2, { by: { role: 'agent', name: 'Bo', avatar: '/b.png' } }))
  store.apply(entry(3, { by: { role: 'agent', name: 'Ann', avatar: '/a.png' } }))
  store.apply(entry(4, { by: { role: 'agent', name: 'Bo' } }))
  assert.deepEqual(store.agents, [{ name: 'Bo', avatar: '/b.png' }, { name: 'Ann', avatar: '/a.png' }])
})
