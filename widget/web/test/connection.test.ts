import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createConnection, type ConnectionOptions } from '../src/core/connection'
import type { Hello } from '../src/core/frames'
import { FakeClock, FakeNetwork, welcome } from './fakes'

const hello: Hello = { t: 'hello', v: 1, site: 'main', since: 0, lang: 'en', tz: 'UTC', url: '', title: '' }

function setUp(change: Partial<ConnectionOptions> = {}) {
  const clock = new FakeClock()
  const network = new FakeNetwork()
  const told: string[] = []
  const connection = createConnection({
    dial: network.dial, mode: 'ws', clock, random: () => 1,
    hello: () => hello,
    frame: (frame) => told.push(frame.t),
    changed: (phase) => told.push(phase),
    settled: (mode) => told.push('settled ' + mode),
    tokenRefused: () => told.push('token refused'),
    identityRefused: () => {},
    frameRefused: () => told.push('frame refused'),
    ...change,
  })
  return { clock, network, connection, told }
}

function online(change: Partial<ConnectionOptions> = {}) {
  const all = setUp(change)
  all.connection.start()
  all.network.last.frame(welcome())
  return all
}

test('nothing is dialled before it is wanted', () => {
  const { network, clock } = setUp()
  clock.pass(600_000)
  assert.equal(network.lines.length, 0)
})

test('it is online from the welcome on, and only then sends', () => {
  const { connection, network, told } = setUp()
  connection.start()
  assert.equal(connection.send({ t: 'ping' }), false)
  network.last.frame(welcome())
  assert.deepEqual(told, ['connecting', 'online', 'welcome'])
  assert.equal(connection.send({ t: 'read', seq: 1 }), true)
  assert.deepEqual(network.last.sent, [{ t: 'read', seq: 1 }])
})

test('after a break it dials again, later with every failure, and at once after a success', () => {
  const { network, clock } = online()
  for (const pause of [500, 1_000, 2_000, 4_000]) {
    network.last.break()
    const dialled = network.lines.length
    clock.pass(pause - 1)
    assert.equal(network.lines.length, dialled)
    clock.pass(1)
    assert.equal(network.lines.length, dialled + 1)
  }
  network.last.frame(welcome())
  network.last.break()
  const dialled = network.lines.length
  clock.pass(500)
  assert.equal(network.lines.length, dialled + 1)
})

test('a dial that gets no welcome is given up', () => {
  const { connection, network, clock } = setUp()
  connection.start()
  clock.pass(8_000)
  assert.equal(connection.phase, 'waiting')
  assert.ok(network.lines[0]!.closedByClient)
})

test('silence is answered with a ping, and lasting silence with a new connection', () => {
  const { connection, network, clock } = online()
  clock.pass(24_999)
  assert.equal(network.last.pings, 0)
  clock.pass(1)
  assert.equal(network.last.pings, 1)
  network.last.frame({ t: 'pong' })
  clock.pass(25_000)
  assert.equal(network.last.pings, 2)
  clock.pass(14_999)
  assert.equal(connection.phase, 'online')
  clock.pass(1)
  assert.equal(connection.phase, 'waiting')
})

test('the server sets how long silence may last', () => {
  const { connection, network, clock } = setUp()
  connection.start()
  network.last.frame(welcome({ ping: 5 }))
  clock.pass(5_000)
  assert.equal(network.last.pings, 1)
})

test('two failures of sockets that never worked, and requests have their turn', () => {
  const { connection, network, clock, told } = setUp()
  connection.start()
  network.last.break()
  clock.pass(500)
  network.last.break()
  clock.pass(1_000)
  assert.deepEqual(network.lines.map((line) => line.mode), ['ws', 'ws', 'poll'])
  network.last.frame(welcome())
  assert.ok(told.includes('settled poll'))
  network.last.break()
  clock.pass(500)
  assert.equal(network.last.mode, 'poll')
})

test('where requests fail, too, sockets are tried again', () => {
  const { connection, network, clock } = setUp()
  connection.start()
  for (let i = 0; i < 4; i++) {
    network.last.break()
    clock.pass(4_000) // the pause after the fourth failure, and within a dial's patience
  }
  assert.deepEqual(network.lines.map((line) => line.mode), ['ws', 'ws', 'poll', 'poll', 'ws'])
})

test('sockets that have worked stay, however often they break', () => {
  const { network, clock } = online()
  for (let i = 0; i < 5; i++) {
    network.last.break()
    clock.pass(30_000)
  }
  assert.ok(network.lines.every((line) => line.mode === 'ws'))
})

test('a restart asks for some patience, and is no failure', () => {
  const { network, clock } = online({ random: () => 0.5 })
  network.last.break(1012, 3_000)
  clock.pass(4_499)
  assert.equal(network.lines.length, 1)
  clock.pass(1)
  assert.equal(network.lines.length, 2)
})

test('an unknown token is dropped, and hello said again at once, but not in a loop', () => {
  const { connection, network, clock, told } = setUp()
  connection.start()
  network.last.break(4401)
  clock.pass(0)
  assert.equal(network.lines.length, 2)
  assert.ok(told.includes('token refused'))
  network.last.break(4401)
  clock.pass(999)
  assert.equal(network.lines.length, 2)
  clock.pass(1)
  assert.equal(network.lines.length, 3)
})

test('a refused page stays away for good', () => {
  const { connection, network, clock } = setUp()
  connection.start()
  network.last.break(4403)
  connection.kick()
  connection.wake()
  connection.start()
  clock.pass(3_600_000)
  assert.equal(connection.phase, 'refused')
  assert.equal(network.lines.length, 1)
})

test('one socket too many sleeps until the tab is used', () => {
  const { connection, network, clock } = online()
  network.last.break(4409)
  clock.pass(3_600_000)
  connection.kick()
  assert.equal(connection.phase, 'asleep')
  connection.wake()
  assert.equal(connection.phase, 'connecting')
  assert.equal(network.lines.length, 2)
})

test('who is too fast waits as long as the server asks', () => {
  const { network, clock } = online()
  network.last.break(4429, 10_000)
  clock.pass(9_999)
  assert.equal(network.lines.length, 1)
  clock.pass(1)
  assert.equal(network.lines.length, 2)
})

test('a frame that could not be read is reported, but not where it was the hello', () => {
  const { connection, network, told } = setUp()
  connection.start()
  network.last.break(4400)
  assert.ok(!told.includes('frame refused'))
  const other = online()
  other.network.last.break(4413)
  assert.ok(other.told.includes('frame refused'))
})

test('a kick dials at once when waiting', () => {
  const { connection, network } = online()
  network.last.break()
  connection.kick()
  assert.equal(network.lines.length, 2)
})

test('a kick finds out that a line is dead', () => {
  const { connection, network, clock } = online()
  connection.kick()
  assert.equal(network.last.pings, 1)
  clock.pass(5_000)
  assert.equal(connection.phase, 'waiting')
})

test('a kick leaves a living line alone', () => {
  const { connection, network, clock } = online()
  connection.kick()
  network.last.frame({ t: 'pong' })
  clock.pass(5_000)
  assert.equal(connection.phase, 'online')
})

test('a gap says hello again at once, and more slowly if that brings nothing', () => {
  const { connection, network, clock } = online()
  connection.gap()
  clock.pass(0)
  assert.equal(network.lines.length, 2)
  network.last.frame(welcome())
  connection.gap()
  clock.pass(999)
  assert.equal(network.lines.length, 2)
  clock.pass(1)
  assert.equal(network.lines.length, 3)
  network.last.frame(welcome())
  connection.progressed()
  connection.gap()
  clock.pass(0)
  assert.equal(network.lines.length, 4)
})

test('stopped, it closes its line and dials no more', () => {
  const { connection, network, clock } = online()
  connection.stop()
  assert.ok(network.last.closedByClient)
  clock.pass(3_600_000)
  assert.equal(network.lines.length, 1)
  assert.equal(connection.phase, 'off')
})
