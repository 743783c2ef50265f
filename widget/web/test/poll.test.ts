import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hello, ServerFrame } from '../src/core/frames'
import { dialPoll } from '../src/core/transport-poll'
import { entry, welcome } from './fakes'

const hello = (since: number): Hello => ({ t: 'hello', v: 1, site: 'main', since, lang: 'en', tz: 'UTC', url: '', title: '' })

/** A request as the server sees it, to be answered by the test. */
interface Request {
  body: { hello: Hello; out: { t: string }[] }
  init: RequestInit
  answer(status: number, body: unknown): void
  fail(): void
}

function setUp() {
  const requests: Request[] = []
  const arrivals: (() => void)[] = []
  const fetch = (_: unknown, init: RequestInit) =>
    new Promise<Response>((resolve, reject) => {
      init.signal!.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')))
      requests.push({
        init,
        body: JSON.parse(String(init.body)) as Request['body'],
        answer: (status, body) => resolve(new Response(JSON.stringify(body), { status })),
        fail: () => reject(new TypeError('network')),
      })
      arrivals.shift()?.()
    })
  const frames: ServerFrame[] = []
  let since = 0
  let close!: (told: [number, number]) => void
  const closed = new Promise<[number, number]>((resolve) => (close = resolve))
  const line = dialPoll('https://chat.example/w/v1/poll', fetch as typeof globalThis.fetch)(() => hello(since), {
    alive() {},
    frame(frame) {
      frames.push(frame)
      if (frame.t === 'ev') since = frame.seq
    },
    closed: (code, retryMs) => close([code, retryMs]),
  })
  /** The n-th request, from 0, once it is there. */
  const request = async (n: number): Promise<Request> => {
    while (requests.length <= n) await new Promise<void>((resolve) => arrivals.push(resolve))
    return requests[n]!
  }
  return { line, frames, request, closed, requests }
}

test('a poll is a simple request: the browser asks for no permission first', async () => {
  const { request, line } = setUp()
  const { init } = await request(0)
  assert.equal(init.method, 'POST')
  assert.deepEqual(init.headers, { 'Content-Type': 'text/plain' })
  assert.equal(init.credentials, 'omit')
  line.close()
})

test('each poll says what has arrived by then', async () => {
  const { request, frames, line } = setUp()
  ;(await request(0)).answer(200, [welcome(), entry(1), entry(2)])
  const second = await request(1)
  assert.deepEqual([second.body.hello.since, second.body.hello.again], [2, true])
  assert.deepEqual(frames.map(({ t }) => t), ['welcome', 'ev', 'ev'])
  line.close()
})

test('sending does not wait for a poll that is held', async () => {
  const { request, line } = setUp()
  ;(await request(0)).answer(200, [welcome()])
  const held = await request(1)
  line.send({ t: 'read', seq: 3 })
  assert.ok(held.init.signal!.aborted)
  assert.deepEqual((await request(2)).body.out, [{ t: 'read', seq: 3 }])
  line.close()
})

test('a request that carries something is never given up for the next one', async () => {
  const { request, line } = setUp()
  ;(await request(0)).answer(200, [welcome()])
  await request(1)
  line.send({ t: 'read', seq: 1 })
  const carrying = await request(2)
  line.send({ t: 'read', seq: 2 })
  assert.equal(carrying.init.signal!.aborted, false)
  carrying.answer(200, [])
  assert.deepEqual((await request(3)).body.out, [{ t: 'read', seq: 2 }])
  line.close()
})

for (const [what, status, body, told] of [
  ['a refusal says why', 401, { t: 'bye', code: 4401, retry_ms: 0 }, [4401, 0]],
  ['a limit says how long to wait', 429, { t: 'bye', code: 4429, retry_ms: 5_000 }, [4429, 5_000]],
  ['a goodbye among frames ends the line', 200, [{ t: 'bye', code: 1012, retry_ms: 3_000 }], [1012, 3_000]],
  ['an answer of something else is a broken line', 502, 'Bad Gateway', [0, 0]],
] as const) {
  test(what, async () => {
    const { request, closed } = setUp()
    ;(await request(0)).answer(status, body)
    assert.deepEqual(await closed, told)
  })
}

test('a network that fails is a broken line', async () => {
  const { request, closed } = setUp()
  ;(await request(0)).fail()
  assert.deepEqual(await closed, [0, 0])
})

test('a closed line polls no more', async () => {
  const { request, line, requests } = setUp()
  const first = await request(0)
  line.close()
  first.answer(200, [welcome()])
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(requests.length, 1)
})
