import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formats } from '../src/i18n/formats'
import { canonical, chooseLocale, isRightToLeft } from '../src/i18n/language'
import { texts } from '../src/i18n/texts'

test('a text is filled in', () => {
  assert.equal(texts('en')('claimed', { name: 'Ann' }), 'Ann joined the chat')
})

test('what is filled in is not filled in again', () => {
  assert.equal(texts('en')('claimed', { name: '{name} {n}' }), '{name} {n} joined the chat')
})

test('a name that is read the other way leaves the text in order', () => {
  const meta = { meta: '{name} · {time}' }
  assert.equal(texts('ar', meta)('meta', { name: 'Ann', time: '3:19 ص' }), '\u2068Ann\u2069 · \u20683:19 ص\u2069')
  assert.equal(texts('en', meta)('meta', { name: 'דנה', time: '10:32' }), '\u2068דנה\u2069 · 10:32')
  assert.equal(texts('en', meta)('meta', { name: 'Ann', time: '10:32' }), 'Ann · 10:32')
})

test('a name cannot turn the text around it', () => {
  assert.equal(texts('en')('claimed', { name: 'A\u202e\u2069nn\u2066' }), 'Ann joined the chat')
  assert.equal(texts('he', { claimed: '{name}!' })('claimed', { name: 'א\u2069\u202eב' }), '\u2068אב\u2069!')
})

test('a number chooses the form that the language has for it', () => {
  const t = texts('en')
  assert.equal(t('openUnread', { n: 1 }), 'Open chat, 1 new message')
  assert.equal(t('openUnread', { n: 2 }), 'Open chat, 2 new messages')
  const polish = { one: '{n} nowa', few: '{n} nowe', many: '{n} nowych', other: '{n} nowej' }
  const pl = texts('pl', { newMessages: polish })
  assert.deepEqual([1, 2, 5, 22].map((n) => pl('newMessages', { n })), ['1 nowa', '2 nowe', '5 nowych', '22 nowe'])
})

test('numbers are written as the reader writes them', () => {
  assert.equal(texts('de', { newMessages: '{n}' })('newMessages', { n: 1234 }), '1.234')
})

test('the words of the site come before ours, key by key', () => {
  const t = texts('en', { start: 'Ask us' })
  assert.deepEqual([t('start'), t('leave')], ['Ask us', 'Leave a message'])
})

for (const [what, asked, wishes, locale] of [
  ['what the site asks for holds', 'ar', ['en'], 'ar'],
  ['also where only the site has the words', 'ko', ['en'], 'ko'],
  ['a site may leave it to the page and the browser', 'auto', ['fr'], 'fr'],
  ['the first wish that is spoken', undefined, ['eu', 'pt-BR', 'en-GB'], 'pt-BR'],
  ['the region stays, for dates', undefined, ['en-GB'], 'en-GB'],
  ['tags that are none are passed over', 'x_!', ['', 'not a tag', 'de'], 'de'],
  ['tags of old are new ones', undefined, ['iw-IL'], 'he-IL'],
  ['no more than the language has to be spoken', undefined, ['zh-TW'], 'zh-TW'],
  ['both kinds of Norwegian', undefined, ['nn-NO'], 'nn-NO'],
  ['a language of three letters is another one', undefined, ['fil', 'it'], 'it'],
  ['English in the end', undefined, ['eu'], 'en'],
] as const) {
  test(`the locale: ${what}`, () => {
    assert.equal(chooseLocale(asked, wishes), locale)
  })
}

test('languages that are written from right to left', () => {
  assert.deepEqual(['ar', 'ar-EG', 'he', 'fa-IR', 'ur'].map(isRightToLeft), [true, true, true, true, true])
  assert.deepEqual(['en', 'de', 'arn', 'fi'].map(isRightToLeft), [false, false, false, false])
})

test('old tags become new ones', () => {
  assert.equal(canonical('iw'), 'he')
  assert.equal(canonical('no way'), undefined)
})

const now = Date.UTC(2026, 0, 5, 15) // a Monday, 16:00 in Paris
const hours = (n: number) => now + n * 3_600_000
const french = formats('fr', 'Europe/Paris')
const american = formats('en-US', 'America/New_York')
const plain = (text: string) => text.replaceAll('\u202f', ' ')

test('times are the reader\'s', () => {
  assert.equal(french.time(now), '16:00')
  assert.equal(plain(american.time(now)), '10:00 AM')
})

test('a moment is told as shortly as is clear', () => {
  assert.equal(french.moment(hours(2), now), '18:00')
  assert.equal(french.moment(hours(17), now), 'mar. 09:00')
  assert.match(french.moment(hours(24 * 10), now), /15 janv/)
  assert.equal(plain(american.moment(hours(24), now)), 'Tue 10:00 AM')
})

test('a weekday is not used where it could be taken for today', () => {
  assert.match(french.moment(hours(24 * 7), now), /12 janv/)
})

test('days are told apart by the reader\'s calendar', () => {
  assert.equal(french.day(hours(-15), now), 'Aujourd’hui')
  assert.equal(french.day(hours(-17), now), 'Hier')
  assert.equal(american.day(hours(-11), now), 'Yesterday')
  assert.equal(american.day(hours(-24 * 3), now), 'Friday, January 2')
  assert.equal(american.day(hours(-24 * 300), now), 'March 11, 2025')
})

test('the night when clocks change is one day', () => {
  const afterwards = Date.UTC(2026, 2, 29, 20)
  assert.equal(french.day(Date.UTC(2026, 2, 28, 20), afterwards), 'Hier')
})
