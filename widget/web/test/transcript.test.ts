import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ev } from '../src/core/frames'
import type { Outgoing } from '../src/core/storage'
import { transcript, type MessageLine } from '../src/core/transcript'
import { entry } from './fakes'

const noon = new Date(2026, 0, 5, 12).getTime()
const minute = 60_000
const at = (seq: number, minutes: number, change: Partial<Ev> = {}) => entry(seq, { at: noon + minutes * minute, ...change })
const mine: Partial<Ev> = { me: true, by: { role: 'visitor' } }

const messages = (events: Ev[], outgoing: Outgoing[] = []) =>
  transcript(events, outgoing).filter((line): line is MessageLine => line.kind === 'message')
const kinds = (events: Ev[]) => transcript(events, []).map((line) => (line.kind === 'notice' ? line.notice : line.kind))

test('lines of one speaker within five minutes stand together', () => {
  const lines = messages([at(1, 0), at(2, 4), at(3, 10), at(4, 11, mine)])
  assert.deepEqual(lines.map(({ first, last }) => [first, last]), [[true, false], [false, true], [true, true], [true, true]])
})

test('two agents do not stand together', () => {
  const lines = messages([at(1, 0), at(2, 0, { by: { role: 'agent', name: 'Bo' } })])
  assert.deepEqual(lines.map(({ last }) => last), [true, true])
})

test('something that happened in between parts them', () => {
  const lines = messages([at(1, 0), at(2, 0, { kind: 'claimed' }), at(3, 0)])
  assert.deepEqual(lines.map(({ first }) => first), [true, true])
})

test('each day is marked once', () => {
  assert.deepEqual(kinds([at(1, 0), at(2, 1), at(3, 24 * 60)]), ['day', 'message', 'message', 'day', 'message'])
})

test('an edit changes its line, a deletion empties it, and neither is a line', () => {
  const lines = messages([
    at(1, 0), at(2, 0),
    at(3, 1, { kind: 'edited', of: 'n1', body: 'better' }),
    at(4, 1, { kind: 'deleted', of: 'n2', body: '' }),
  ])
  assert.deepEqual(lines.map(({ body, edited, removed }) => [body, edited, removed]), [['better', true, false], ['', false, true]])
})

test('looks come and go with the words that they belong to', () => {
  const rich: Ev['rich'] = [{ type: 'quote', spans: [{ text: 'a' }] }]
  const looks = (...events: Ev[]) => messages(events).map((line) => line.rich)
  assert.deepEqual(looks(at(1, 0, { rich }), at(2, 0)), [rich, undefined])
  assert.deepEqual(looks(at(1, 0), at(2, 1, { kind: 'edited', of: 'n1', body: 'a', rich })), [rich])
  assert.deepEqual(looks(at(1, 0, { rich }), at(2, 1, { kind: 'edited', of: 'n1', body: 'b' })), [undefined])
  assert.deepEqual(looks(at(1, 0, { rich }), at(2, 1, { kind: 'deleted', of: 'n1' })), [undefined])
})

test('an edit of a line that is not at hand is no line', () => {
  assert.deepEqual(kinds([at(1, 0, { kind: 'edited', of: 'n0', body: 'x' })]), [])
})

test('the group that was chosen is talked to; later ones join', () => {
  const joined = (seq: number, groupName: string) => at(seq, 0, { kind: 'joined', by: { role: 'system' }, group: 'g', groupName })
  assert.deepEqual(kinds([joined(1, 'Tech'), at(2, 0, mine), joined(3, 'Sales')]), ['day', 'talking', 'message', 'joined'])
})

test('kinds of later versions are no lines', () => {
  assert.deepEqual(kinds([at(1, 0, { kind: 'waved' }), at(2, 0, { kind: 'sung' })]), [])
})

test('what is on its way comes last, under the key that its entry will have', () => {
  const [line, pending] = messages([at(1, 0)], [{ id: 'mine', body: 'hello', at: noon, state: 'fail', code: 'closed' }])
  assert.equal(line?.key, 'n1')
  assert.deepEqual([pending?.key, pending?.own, pending?.state, pending?.code], ['mine', true, 'fail', 'closed'])
})
