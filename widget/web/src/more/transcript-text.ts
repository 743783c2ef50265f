import type { Chat } from '../core/chat'
import type { Formats } from '../i18n/formats'
import type { Translate } from '../i18n/texts'

const year = 365 * 24 * 3_600_000

/** The conversation, as far as it is at hand, as plain text that stands on its own. */
export function transcriptText(chat: Pick<Chat, 'lines'>, formats: Formats, t: Translate): string {
  const lines = chat.lines().map((line) => {
    // As it will be read, with its year: "today" would be wrong then.
    if (line.kind === 'day') return `\n${formats.day(line.at, line.at + year)}\n`
    if (line.kind === 'notice') return `— ${t(line.notice, { name: line.name })}`
    const said = line.removed ? t('removed') : [line.body, ...(line.files ?? []).map(({ name }) => name)].filter(Boolean).join('\n')
    return `${t('said', { name: line.own ? t('you') : line.name || t('agent'), time: formats.time(line.at) })} ${said}`
  })
  return `${t('title')}\n${lines.join('\n')}\n`
}
