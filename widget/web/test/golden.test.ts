// The golden frames are shared with the server's tests: what the widget sends and
// understands here is what the server reads and writes there.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { bodyLength, maxBody, parseServerFrame, type ServerFrame } from '../src/core/frames'
import { dialPoll } from '../src/core/transport-poll'
import { dialWebSocket } from '../src/core/transport-ws'
import { edit, takeBack } from '../src/more/amend'
import { FakeBrowser, tab, welcome } from './fakes'

interface Golden {
  dir: 'client' | 'server'
  note: string
  frame?: { t: string; [field: string]: unknown }
  raw?: string
  refuse?: string
  ignored?: true
}

const folder = '../testdata/frames/'
const golden = new Map(readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) =>
  [name.replace('.json', ''), JSON.parse(readFileSync(folder + name, 'utf8')) as Golden] as const))

const used = new Set<string>()

function frame(name: string): Record<string, unknown> {
  const found = golden.get(name)?.frame
  assert.ok(found, `there is no golden frame ${name}`)
  used.add(name)
  return found
}

for (const [name, { dir, note, frame, raw, ignored }] of golden) {
  if (dir !== 'server') continue
  test(`${name}: ${note}`, () => {
    const parsed = parseServerFrame(raw ?? JSON.stringify(frame))
    assert.deepEqual(parsed, ignored ? undefined : frame)
  })
}

test('every frame of the server can be taken by a chat', () => {
  for (const [, { dir, frame }] of golden) {
    if (dir !== 'server' || !frame || frame.t === 'bye') continue
    const { chat, network } = tab()
    chat.open()
    network.last.frame(welcome())
    network.last.frame(frame as unknown as ServerFrame)
    assert.notEqual(chat.phase, 'off')
  }
})

const page = (name: string) => {
  const { lang, tz, url, title, ref } = frame(name) as Record<string, string>
  return () => ({ lang: lang!, tz: tz!, url: url!, title: title!, ...(ref && { ref }) })
}

test('the first hello is the golden one', () => {
  const { chat, network } = tab(undefined, { page: page('client-hello-first') })
  chat.open()
  assert.deepEqual(network.last.hello, frame('client-hello-first'))
})

test('a hello that resumes is the golden one', () => {
  const { tok, cid, epoch, since } = frame('client-hello-resume') as { tok: string; cid: string; epoch: string; since: number }
  const browser = new FakeBrowser()
  const saved = { tok, cid, epoch, seq: since, read: 0, closed: false, with: [], agents: [], events: [] }
  browser.local.setItem('chatgroups:main', JSON.stringify(saved))
  const { network } = tab(browser, { page: page('client-hello-resume') })
  assert.deepEqual(network.last.hello, frame('client-hello-resume'))
})

test('a hello with a name is the golden one', () => {
  const { name, email } = frame('client-hello-named') as { name: string; email: string }
  const { chat, network } = tab(undefined, { page: page('client-hello-named') })
  chat.introduce({ name, email })
  chat.open()
  assert.deepEqual(network.last.hello, frame('client-hello-named'))
})

test('a hello in a poll after the welcome is the golden one', async () => {
  const { again, ...hello } = frame('client-hello-again')
  const bodies: unknown[] = []
  await new Promise<void>((resolve) => {
    const fetch = (_: unknown, { body }: { body: string }) => {
      bodies.push(JSON.parse(body))
      const answer = bodies.length === 1 ? [welcome()] : { t: 'bye', code: 4403, retry_ms: 0 }
      return Promise.resolve(new Response(JSON.stringify(answer)))
    }
    dialPoll('https://chat.example/w/v1/poll', fetch as unknown as typeof globalThis.fetch)(
      () => hello as never, { alive() {}, frame() {}, closed: () => resolve() })
  })
  assert.deepEqual(bodies[0], { hello, out: [] })
  assert.deepEqual(bodies[1], { hello: { ...hello, again }, out: [] })
})

for (const [name, group, begun] of [
  ['client-send-first', 'tech', false],
  ['client-send', undefined, true],
  ['client-send-leave', 'product', false],
] as const) {
  test(`${name} is what a chat sends`, () => {
    const { id, body } = frame(name) as { id: string; body: string }
    const { chat, network } = tab(undefined, { newId: () => id })
    chat.open()
    network.last.frame(welcome(begun ? { cid: 'c1', with: ['tech'] } : {}))
    chat.send(body, group)
    assert.deepEqual(network.last.sent, [frame(name)])
  })
}

test('a message that begins anew is the golden one', () => {
  const { id, body, group } = frame('client-send-fresh') as { id: string; body: string; group: string }
  const { chat, network } = tab(undefined, { newId: () => id })
  chat.open()
  network.last.frame(welcome({ cid: 'c1', with: ['tech'] }))
  chat.startAnew(true)
  chat.send(body, group)
  assert.deepEqual(network.last.sent, [frame('client-send-fresh')])
})

for (const name of ['client-rate', 'client-rate-bare']) {
  test(`${name} is what a chat sends`, () => {
    const { id, stars, comment = '' } = frame(name) as { id: string; stars: number; comment?: string }
    const { chat, network } = tab(undefined, { newId: () => id })
    chat.open()
    network.last.frame(welcome({ cid: 'c1', closed: true }))
    chat.enqueue({ body: comment, stars })
    assert.deepEqual(network.last.sent, [frame(name)])
  })
}

test('client-edit and client-delete are what a chat sends', () => {
  for (const name of ['client-edit', 'client-delete']) {
    const { id, of, body } = frame(name) as { id: string; of: string; body?: string }
    const { chat, network } = tab(undefined, { newId: () => id })
    chat.open()
    network.last.frame(welcome({ cid: 'c1' }))
    if (body) edit(chat, of, body)
    else takeBack(chat, of)
    assert.deepEqual(network.last.sent, [frame(name)])
  }
})

test('a hello that knows how far lines came is the golden one', () => {
  const { tok, cid, epoch, since, progress } = frame('client-hello-progress') as { tok: string; cid: string; epoch: string; since: number; progress: object }
  const browser = new FakeBrowser()
  const saved = { tok, cid, epoch, seq: since, read: 0, closed: false, with: [], agents: [], events: [], progress }
  browser.local.setItem('chatgroups:main', JSON.stringify(saved))
  const { network } = tab(browser, { page: page('client-hello-progress') })
  assert.deepEqual(network.last.hello, frame('client-hello-progress'))
})

test('client-read is what a chat sends of what was seen', () => {
  const { seq } = frame('client-read') as { seq: number }
  const { chat, network } = tab()
  chat.open()
  network.last.frame(welcome({ cid: 'c1' }))
  chat.store.seq = seq
  chat.seen()
  assert.deepEqual(network.last.sent, [frame('client-read')])
})

test('a message is as long as the server counts it', () => {
  const { body } = JSON.parse(golden.get('client-refused-send-too-long')!.raw!) as { body: string }
  assert.equal(bodyLength(body), maxBody + 1)
})

test('a hello with a signed identity and attributes is the golden one', () => {
  const { attrs, jwt } = frame('client-hello-signed') as { attrs: Record<string, string>; jwt: string }
  const { chat, network } = tab(undefined, { page: page('client-hello-signed') })
  chat.introduce({ attrs })
  chat.identify(jwt, () => {})
  chat.open()
  assert.deepEqual(network.last.hello, frame('client-hello-signed'))
})

test('client-forget is what a chat sends of a visitor who wants to be forgotten', () => {
  const { chat, network } = tab()
  chat.open()
  network.last.frame(welcome({ cid: 'c1' }))
  chat.erase(() => {})
  assert.deepEqual(network.last.sent, [frame('client-forget')])
})

test('client-ping is what a socket sends for a sign of life', () => {
  const sent: string[] = []
  const real = globalThis.WebSocket
  globalThis.WebSocket = class {
    static OPEN = 1
    readyState = 1
    send = (text: string) => void sent.push(text)
    close() {}
  } as never
  try {
    dialWebSocket('wss://chat.example/w/v1/ws')(() => ({}) as never, { alive() {}, frame() {}, closed() {} }).ping()
  } finally {
    globalThis.WebSocket = real
  }
  assert.deepEqual(sent.map((text) => JSON.parse(text) as unknown), [frame('client-ping')])
})

// The last test: the ones before have been through.
test('every golden frame that a widget sends was compared with what this one sends', () => {
  const unsent = new Set([
    'client-typing', // Slack shows agents no visitor's typing
    'client-ignored-unknown', 'client-unknown-field', // from a newer widget
  ])
  const ours = [...golden].filter(([name, { dir, frame, refuse }]) => dir === 'client' && frame && !refuse && !unsent.has(name))
  assert.deepEqual(ours.map(([name]) => name).filter((name) => !used.has(name)), [])
})
