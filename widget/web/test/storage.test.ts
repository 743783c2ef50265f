import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SiteStorage, type Area } from '../src/core/storage'
import { entry, MemoryArea } from './fakes'

const saved = { tok: 't1', seq: 60, read: 0, closed: false, with: [], agents: [], events: [] }

test('nothing is written before it is permitted', () => {
  const [local, session] = [new MemoryArea(), new MemoryArea()]
  const storage = new SiteStorage('main', local, session)
  storage.save(saved)
  storage.saveMode('poll')
  storage.putOutgoing({ id: 'a', body: '', at: 0, state: 'wait' })
  assert.equal(local.length + session.length, 0)
  storage.permit()
  storage.save(saved)
  assert.equal(local.length, 1)
})

test('the way that worked before the first message is remembered with it', () => {
  const session = new MemoryArea()
  const storage = new SiteStorage('main', new MemoryArea(), session)
  storage.saveMode('poll')
  storage.permit()
  assert.equal(new SiteStorage('main', new MemoryArea(), session).loadMode(), 'poll')
})

test('what was permitted once stays permitted after a reload', () => {
  const local = new MemoryArea()
  const first = new SiteStorage('main', local, undefined)
  first.permit()
  first.save(saved)
  const second = new SiteStorage('main', local, undefined)
  second.save({ ...saved, seq: 61 })
  assert.equal(second.load()?.seq, 61)
})

test('only the newest fifty entries are kept', () => {
  const storage = new SiteStorage('main', new MemoryArea(), undefined)
  storage.permit()
  storage.save({ ...saved, events: Array.from({ length: 60 }, (_, i) => entry(i + 1)) })
  const { events } = storage.load()!
  assert.deepEqual([events.length, events[0]!.seq, events.at(-1)!.seq], [50, 11, 60])
})

test('clearing takes everything of this site, and nothing of another', () => {
  const local = new MemoryArea()
  const storage = new SiteStorage('main', local, new MemoryArea())
  storage.permit()
  storage.save(saved)
  storage.putOutgoing({ id: 'a', body: '', at: 0, state: 'wait' })
  local.setItem('cart', 'full')
  storage.clear()
  assert.deepEqual([local.length, local.key(0)], [1, 'cart'])
  storage.save(saved)
  assert.equal(local.length, 1)
})

test('a browser that refuses storage breaks nothing', () => {
  const refuse = () => {
    throw new Error('refused')
  }
  const refusing: Area = { getItem: refuse, setItem: refuse, removeItem: refuse, key: refuse, length: 1 }
  for (const area of [refusing, undefined]) {
    const storage = new SiteStorage('main', area, area)
    storage.permit()
    storage.save(saved)
    assert.equal(storage.kept, false)
    assert.equal(storage.load(), undefined)
    assert.deepEqual(storage.loadOutgoing(), [])
    assert.equal(storage.loadMode(), 'ws')
    storage.clear()
  }
})

test('broken text in the storage is as good as none', () => {
  const local = new MemoryArea()
  local.setItem('chatgroups:main', '{"tok":')
  assert.equal(new SiteStorage('main', local, undefined).load(), undefined)
})
