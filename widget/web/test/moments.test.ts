// What only some conversations come to: how far lines came, who writes, the end
// and its rating, another conversation.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MessageLine } from '../src/core/transcript'
import { formats } from '../src/i18n/formats'
import { learn, texts } from '../src/i18n/texts'
import { asTable } from '../src/i18n/words'
import { en } from '../src/i18n/en'
import { isEmail } from '../src/more/email'
import { whyNot } from '../src/more/failures'
import { fits, wording } from '../src/more/greeting-rules'
import { toRate } from '../src/more/rating'
import { transcriptText } from '../src/more/transcript-text'
import { answerDue, patience } from '../src/more/patience'
import { entry, FakeBrowser, groups, tab, welcome } from './fakes'

const own = (seq: number, id = 'n' + seq) => entry(seq, { id, me: true, by: { role: 'visitor' } })

/** A tab in a conversation with Tech whose lines are these. */
function talking(lines = [own(1)], browser = new FakeBrowser()) {
  const all = tab(browser)
  all.chat.open()
  all.network.last.frame(welcome({ tok: 't1', cid: 'c1', seq: lines.length, with: ['tech'] }))
  for (const line of lines) all.network.last.frame(line)
  return all
}
const closed = () => talking([own(1), entry(2, { kind: 'closed' })])
const messages = ({ chat }: ReturnType<typeof tab>) => chat.lines().filter((line): line is MessageLine => line.kind === 'message')

test("the visitor's last message says how far it has come, until it is answered", () => {
  const all = talking([own(1), own(2)])
  const reach = () => messages(all).map((line) => line.reach)
  assert.deepEqual(reach(), [undefined, undefined])
  all.network.last.frame({ t: 'progress', delivered: 1, seen: 0 })
  assert.deepEqual(reach(), [undefined, undefined])
  all.network.last.frame({ t: 'progress', delivered: 2, seen: 1 })
  assert.deepEqual(reach(), [undefined, 'delivered'])
  all.network.last.frame({ t: 'progress', delivered: 2, seen: 2 })
  assert.deepEqual(reach(), [undefined, 'seen'])
  all.network.last.frame(entry(3))
  assert.deepEqual(reach(), [undefined, undefined, undefined])
})

test('what is known of it is said in the next hello, and forgotten with the conversation', () => {
  const all = talking()
  all.network.last.frame({ t: 'progress', delivered: 1, seen: 0 })
  all.network.last.break()
  all.chat.kick()
  assert.deepEqual(all.network.last.hello.progress, { delivered: 1, seen: 0 })
  all.network.last.frame(welcome({ cid: 'c2' }))
  assert.deepEqual(all.chat.store.progress, { delivered: 0, seen: 0 })
})

test('who writes is said for six seconds, or until the message is there', () => {
  const { chat, network, clock } = talking()
  network.last.frame({ t: 'typing', by: { name: 'Ann' } })
  clock.pass(4_000)
  network.last.frame({ t: 'typing', by: {} })
  clock.pass(4_000)
  assert.equal(chat.typing, '')
  clock.pass(2_000)
  assert.equal(chat.typing, undefined)
  network.last.frame({ t: 'typing', by: { name: 'Ann' } })
  network.last.frame(entry(2))
  assert.equal(chat.typing, undefined)
})

test('a closed conversation can be rated, once for each close, or not at all', () => {
  const { chat, network } = talking()
  assert.equal(toRate(chat.store), undefined)
  network.last.frame(entry(2, { kind: 'closed' }))
  assert.equal(toRate(chat.store)?.seq, 2)
  network.last.frame(entry(3, { kind: 'rated', me: true, stars: 4 }))
  assert.equal(toRate(chat.store), undefined)
  network.last.frame(entry(4, { kind: 'reopened' }))
  network.last.frame(entry(5, { kind: 'closed' }))
  assert.equal(toRate(chat.store)?.seq, 5)
  chat.set({ skipped: toRate(chat.store)?.seq })
  assert.equal(toRate(chat.store), undefined)
})

test('a rating waits for the connection as a message does, and is no line while it waits', () => {
  const all = closed()
  all.network.last.break()
  all.chat.enqueue({ body: 'quick', stars: 4 })
  assert.equal(messages(all).length, 1)
  all.chat.kick()
  all.network.last.frame(welcome({ cid: 'c1', seq: 2, closed: true }))
  const { id } = all.chat.outbox.all()[0]!
  assert.deepEqual(all.network.last.sent, [{ t: 'rate', id, stars: 4, comment: 'quick' }])
  all.network.last.frame(entry(3, { kind: 'rated', id, me: true, stars: 4, body: 'quick' }))
  assert.deepEqual(all.chat.outbox.all(), [])
})

test('to begin anew goes back to the question, and leaves what was said once something is sent', () => {
  const all = closed()
  const { chat, network } = all
  chat.startAnew(true)
  assert.deepEqual([chat.begun, chat.exists], [false, true])
  chat.startAnew(false)
  assert.equal(chat.begun, true)
  chat.startAnew(true)
  chat.send('something else', 'sales')
  assert.deepEqual([chat.begun, messages(all).map(({ body }) => body)], [true, ['something else']])
  const sent = network.last.sent.at(-1)!
  assert.ok(sent.t === 'send' && sent.fresh && sent.group === 'sales')
  network.last.frame({ t: 'ack', id: sent.id, seq: 1, at: 1, cid: 'c2' })
  network.last.frame(welcome({ cid: 'c2', seq: 1, with: ['sales'] }))
  network.last.frame(own(1, sent.id))
  assert.deepEqual([chat.store.cid, messages(all).length, chat.leaving], ['c2', 1, false])
})

test('the welcome to another conversation may come before the ack of what began it', () => {
  const all = talking()
  const { chat, network } = all
  chat.startAnew(true)
  chat.send('something else', 'sales')
  const { id } = chat.outbox.all()[0]!
  network.last.frame(welcome({ cid: 'c2', seq: 1, with: ['sales'] }))
  network.last.frame(own(1, id))
  network.last.frame({ t: 'ack', id, seq: 1, at: 1, cid: 'c2' })
  assert.deepEqual([chat.leaving, chat.outbox.all().length, messages(all).map(({ key }) => key)], [false, 0, [id]])
})

test('a message that begins anew is sent so after a reload, too', () => {
  const browser = new FakeBrowser()
  const { chat, network } = talking([own(1)], browser)
  network.last.break()
  chat.startAnew(true)
  chat.send('something else', 'sales')
  const again = tab(browser)
  again.network.last.frame(welcome({ cid: 'c1', seq: 1, with: ['tech'] }))
  const sent = again.network.last.sent.at(-1)!
  assert.ok(sent.t === 'send' && sent.fresh && sent.group === 'sales')
})

test('of all tabs one rings, and a setting holds in all', () => {
  const browser = new FakeBrowser()
  const [a, b] = [talking([own(1)], browser), tab(browser)]
  assert.equal(a.chat.ring('n9'), true)
  assert.equal(b.chat.ring('n9'), false)
  assert.equal(b.chat.ring('n10'), true)
  a.chat.send('kept from here on')
  a.chat.set({ muted: true })
  assert.equal(b.chat.store.muted, true)
  a.clock.pass(1_000)
  assert.equal(tab(browser).chat.store.muted, true)
})

test('an answer is due for a while after the first message, where somebody should be there', () => {
  const due = (all: ReturnType<typeof tab>) => answerDue(all.chat)
  assert.equal(due(tab()), Infinity)
  assert.equal(due(talking([own(1), own(2)])), 1_000 + patience)
  assert.equal(due(talking([own(1), entry(2)])), Infinity)
  assert.equal(due(closed()), Infinity)
  const all = talking()
  all.network.last.frame({ t: 'groups', groups: groups.map((group) => ({ ...group, state: 'off' })) })
  assert.equal(due(all), Infinity)
})

test('a saved conversation is plain text that stands on its own', () => {
  const all = talking([own(1), entry(2, { by: { role: 'agent', name: 'Ann' }, body: 'Two\nlines' }), entry(3, { kind: 'closed' })])
  const text = transcriptText(all.chat, formats('en', 'UTC'), texts('en'))
  assert.match(text, /^Chat with us\n\n.+1970\n\nYou, .+: line 1\nAnn, .+: Two\nlines\n— Conversation closed\n$/)
})

test('addresses', () => {
  for (const good of ['a@b.co', 'name+tag@sub.example.com']) assert.ok(isEmail(good), good)
  for (const bad of ['', 'a@b', '@b.co', 'a b@c.de', 'a@b c.de', `${'x'.repeat(250)}@b.co`]) assert.ok(!isEmail(bad), bad)
})

test('each code has its reason, an unknown one says that it was not sent', () => {
  assert.equal(whyNot('too_long'), 'failTooLong')
  assert.equal(whyNot('constructed'), 'notSent')
})

test('texts that come later are found by their number in a language, else in English', () => {
  const keys = Object.keys(en)
  const german = asTable([...keys.map((key) => key + ' de'), 'später'])!
  learn(Object.fromEntries([['later', 'later'], ['latest', 'latest']]))
  const t = texts('de', german)
  assert.deepEqual([t('later' as 'open'), t('latest' as 'open'), t('open')], ['später', 'latest', 'open de'])
  learn({})
})

test('a greeting is for the pages that its path means', () => {
  for (const [path, pattern] of [['/a', undefined], ['/', '*'], ['/prices', '/prices'], ['/prices/x', '/prices*'], ['/prices', '/prices*'],
    ['/de/prices', '/*/prices'], ['/a/b/c.html', '/a/*.html'], ['/ababa', '/*aba']] as const) {
    assert.ok(fits(path, pattern), `${path} ${pattern}`)
  }
  for (const [path, pattern] of [['/prices/x', '/prices'], ['/price', '/prices*'], ['/prices', '/*/prices'], ['/a.htm', '/*.html']] as const) {
    assert.ok(!fits(path, pattern), `${path} ${pattern}`)
  }
})

test('a greeting speaks the closest language that it has', () => {
  const greeting = { text: 'Hi', texts: { pt: 'Olá', 'pt-BR': 'Oi' }, after: 1 }
  assert.deepEqual(['pt-BR', 'pt-PT', 'de'].map((locale) => wording(greeting, locale)), ['Oi', 'Olá', 'Hi'])
})
