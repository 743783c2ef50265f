import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { en, type Table } from '../src/i18n/en'
import { findVoice, languageOf } from '../src/i18n/voice'
import { asTable, fetchWords } from '../src/i18n/words'

/** A server with one text in each language, which says what it was asked for. */
function server(): { fetchWords: (language: string) => Promise<Table>; asked: string[] } {
  const asked: string[] = []
  return { asked, fetchWords: async (language) => (asked.push(language), { start: `start in ${language}` }) }
}

const nowhere = async () => undefined

for (const [wanted, language, locale] of [
  ['de', 'de', 'de'],
  ['de-AT', 'de', 'de-AT'],
  ['pt', 'pt', 'pt'],
  ['pt-AO', 'pt', 'pt-AO'],
  ['pt-BR', 'pt-BR', 'pt-BR'],
  ['pt-Latn-BR', 'pt-BR', 'pt-Latn-BR'],
  ['zh', 'zh-Hans', 'zh-Hans'],
  ['zh-CN', 'zh-Hans', 'zh-Hans'],
  ['zh-TW', 'zh-Hans', 'zh-Hans'],
  ['no', 'nb', 'nb'],
  ['nn-NO', 'nb', 'nb'],
  ['nb-NO', 'nb', 'nb-NO'],
] as const) {
  test(`${wanted} is spoken as ${language}`, () => {
    assert.deepEqual(languageOf(wanted), { language, locale })
  })
}

test('a language is asked for once, and English never', async () => {
  const { fetchWords, asked } = server()
  const { locale, t } = await findVoice('fr-CA', {}, fetchWords)
  assert.deepEqual([locale, t('start'), asked], ['fr-CA', 'start in fr', ['fr']])
  for (const wanted of ['en', 'en-GB']) {
    assert.equal((await findVoice(wanted, {}, fetchWords)).locale, wanted)
  }
  assert.deepEqual(asked, ['fr'])
})

test('what a language lacks is said in English', async () => {
  const { t } = await findVoice('fr', {}, server().fetchWords)
  assert.equal(t('leave'), en.leave)
})

test('where a language cannot be had, all is English', async () => {
  const { locale, t } = await findVoice('ar', {}, nowhere)
  assert.deepEqual([locale, t('start')], ['en', en.start])
})

test('the words of the site come first, and those for the language before those for all', async () => {
  const own = { texts: { start: 'all', leave: 'all' }, translations: { pt: { start: 'pt', send: 'pt' }, 'pt-BR': { send: 'pt-BR' }, fr: { close: 'fr' } } }
  const { t } = await findVoice('pt-BR', own, server().fetchWords)
  assert.deepEqual([t('leave'), t('start'), t('send'), t('close')], ['all', 'pt', 'pt-BR', en.close])
})

test('a group is called as the site calls it in the language', async () => {
  const own = { texts: { 'group.tech': 'Help' }, translations: { de: { 'group.tech': 'Hilfe', 'group.sales.about': 'Preise' } } }
  const tech = { id: 'tech', name: 'Tech', about: 'The product' }
  const sales = { id: 'sales', name: 'Sales', about: 'Prices' }
  const de = await findVoice('de', own, server().fetchWords)
  assert.deepEqual([de.named(tech), de.named(sales)], [{ ...tech, name: 'Hilfe' }, { ...sales, about: 'Preise' }])
  const fr = await findVoice('fr', own, server().fetchWords)
  assert.deepEqual([fr.named(tech).name, fr.named(sales)], ['Help', sales])
})

test('a site may say in English what the widget says otherwise', async () => {
  const own = { translations: { en: { start: 'en' }, 'en-GB': { leave: 'en-GB' } } }
  const { t } = await findVoice('en-GB', own, nowhere)
  assert.deepEqual([t('start'), t('leave')], ['en', 'en-GB'])
})

test('a site may bring a language that the widget does not speak', async () => {
  const { fetchWords, asked } = server()
  const { locale, t } = await findVoice('ko-KR', { translations: { ko: { start: 'ko' } } }, fetchWords)
  assert.deepEqual([locale, t('start'), asked], ['ko-KR', 'ko', []])
  assert.equal((await findVoice('ko-KR', {}, fetchWords)).locale, 'en')
})

test('a site\'s German is not put into English that stands in for it', async () => {
  const { t } = await findVoice('de', { translations: { de: { start: 'de' }, en: { leave: 'en' } } }, nowhere)
  assert.deepEqual([t('start'), t('leave')], [en.start, 'en'])
})

const realFetch = globalThis.fetch
afterEach(() => void (globalThis.fetch = realFetch))

const list = Object.values(en)

for (const [what, answer, had] of [
  ['a list of texts', () => Response.json(list), true],
  ['a list of another length', () => Response.json(list.slice(1)), false],
  ['no list', () => Response.json(en), false],
  ['no JSON', () => new Response('<!doctype html>'), false],
  ['not found', () => new Response('', { status: 404 }), false],
  ['no network', () => { throw new TypeError('failed') }, false],
] as const) {
  test(`the words of a language: ${what}`, async () => {
    let address = ''
    globalThis.fetch = async (input) => {
      address = String(input)
      return answer()
    }
    const table = await fetchWords('https://chat.example/w/v1/')('pt-BR')
    assert.deepEqual(table, had ? en : undefined)
    assert.equal(address, 'https://chat.example/w/v1/l/test/pt-BR.json')
  })
}

test('texts are put under their keys in order', () => {
  assert.equal(asTable(list)?.start, en.start)
})
