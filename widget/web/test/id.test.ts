import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../src/core/id'

test('an id needs nothing that only https pages have, and is never the same', () => {
  const { randomUUID } = crypto
  Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true })
  try {
    const ids = new Set(Array.from({ length: 1000 }, newId))
    assert.equal(ids.size, 1000)
    for (const id of ids) assert.match(id, /^\d+(-\d+){3}$/)
  } finally {
    Object.defineProperty(crypto, 'randomUUID', { value: randomUUID, configurable: true })
  }
})
