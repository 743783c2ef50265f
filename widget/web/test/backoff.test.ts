import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoff } from '../src/core/backoff'

test('the pause is spread over everything up to a ceiling that doubles', () => {
  assert.equal(backoff(0, () => 1), 500)
  assert.equal(backoff(3, () => 1), 4_000)
  assert.equal(backoff(3, () => 0.5), 2_000)
})

test('the pause is never under 0.2 s nor over 30 s', () => {
  assert.equal(backoff(0, () => 0), 200)
  assert.equal(backoff(9, () => 0), 200)
  assert.equal(backoff(500, () => 1), 30_000)
})
