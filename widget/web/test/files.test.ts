import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ev } from '../src/core/frames'
import { transcript } from '../src/core/transcript'
import { about, bytes, objection, passing, reason } from '../src/more/checks'
import { send, type Request } from '../src/more/upload'

const files = [{ name: 'a.png', type: 'image/png', size: 3, url: '/w/v1/files/d.1/0' }]
const said = (seq: number, more: Partial<Ev>): Ev => ({ t: 'ev', seq, kind: 'message', id: 'e' + seq, at: seq, by: { role: 'agent', name: 'Ann' }, ...more })
const messages = (...events: Ev[]) => transcript(events, []).flatMap((line) => (line.kind === 'message' ? [line] : []))

test('a line has the files of its message, and edits leave them', () => {
  const [line] = messages(said(1, { body: 'look', files }), said(2, { kind: 'edited', of: 'e1', body: '' }))
  assert.deepEqual(line?.files, files)
  assert.equal(line?.body, '')
})

test('a deletion takes the files away', () => {
  const [line] = messages(said(1, { files }), said(2, { kind: 'deleted', of: 'e1' }))
  assert.equal(line?.files, undefined)
})

test('what cannot be sent is known before it is', () => {
  const most = 100
  const cases: [string, number, string | undefined][] = [
    ['a.png', 100, undefined], ['a.png', 101, 'fileLarge'], ['a.png', 0, 'fileEmpty'],
    ['page.HTML', 5, 'fileType'], ['cat.png.exe', 5, 'fileType'], ['a.svg', 5, 'fileType'], ['no ending', 5, undefined],
    ['\u202egpj.exe', 5, 'fileType'], ['exe', 5, undefined],
  ]
  for (const [name, size, want] of cases) assert.equal(objection({ name, size }, most), want, name)
})

test('each refusal has a sentence, and those about the file are final', () => {
  assert.equal(reason('file_limit'), 'fileLimit')
  assert.equal(reason('unavailable'), 'fileFailed')
  assert.equal(reason('something new'), 'fileFailed')
  assert.ok(passing('network') && passing('rate') && passing('unavailable'))
  assert.ok(!passing('file_type') && !passing('file_limit'))
})

test('sizes and kinds are said in few words', () => {
  assert.equal(bytes(1_234_567, 'en'), '1.2 MB')
  assert.equal(bytes(45_000, 'de'), '45 kB')
  assert.equal(bytes(3, 'en'), '0.1 kB')
  assert.equal(about('a.pdf', 45_000, 'en'), '\u2068PDF\u2069 · 45 kB')
  assert.equal(about('scan', 45_000, 'en'), '45 kB')
})

/** A request that goes nowhere: the test answers it. */
class FakeRequest {
  headers: Record<string, string> = {}
  address = ''
  body: unknown
  status = 0
  responseText = ''
  upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {}
  onload = () => {}
  onerror = () => {}
  onabort = () => {}
  open(_: string, address: string) { this.address = address }
  setRequestHeader(name: string, value: string) { this.headers[name] = value }
  send(body: unknown) { this.body = body }
  abort() { this.onabort() }
  answer(status: number, text: string) {
    this.status = status
    this.responseText = text
    this.onload()
  }
}

function upload(name = 'a.png', heard: number[] = []) {
  const request = new FakeRequest()
  const file = { name, size: 3 } as File
  const to = { base: 'https://chat.example/w/v1/', site: 'main', tok: 'secret', id: 'f1', group: 'tech', leave: false }
  return { request, sending: send(file, to, (part) => heard.push(part), request as unknown as Request), file }
}

test('an upload carries the file, and nothing secret in its address', async () => {
  const heard: number[] = []
  const { request, sending, file } = upload('Übersicht\ud800.png', heard)
  assert.equal(request.address, 'https://chat.example/w/v1/files')
  assert.equal(request.body, file)
  assert.equal(request.headers['Authorization'], 'Bearer secret')
  assert.equal(request.headers['X-File-Name'], '%C3%9Cbersicht%EF%BF%BD.png')
  assert.equal(request.headers['X-Chatgroups-Group'], 'tech')
  assert.ok(!('X-Chatgroups-Leave' in request.headers))
  request.upload.onprogress?.({ loaded: 1, total: 4 })
  request.answer(200, '{"t":"ack"}')
  assert.deepEqual(await sending.done, { code: '', retry: 0 })
  assert.deepEqual(heard, [0.25])
})

test('how an upload fails is told by a code', async () => {
  const answers: [number, string, string, number][] = [
    [415, '{"t":"nack","code":"file_type"}', 'file_type', 0], [502, '<html>', 'network', 0],
    [503, '{"t":"bye","code":1012}', '1012', 0], [429, '{"t":"nack","code":"rate","retry_ms":12000}', 'rate', 12_000],
  ]
  for (const [status, text, code, retry] of answers) {
    const { request, sending } = upload()
    request.answer(status, text)
    assert.deepEqual(await sending.done, { code, retry })
  }
  const cut = upload()
  cut.request.onerror()
  assert.equal((await cut.sending.done).code, 'network')
  const given = upload()
  given.sending.cancel()
  assert.equal((await given.sending.done).code, 'network')
})
