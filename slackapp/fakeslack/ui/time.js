// Times as people write them, in the browser's zone and language.

const format = (options) => new Intl.DateTimeFormat(undefined, options)
const clock = format({ hour: 'numeric', minute: '2-digit' })
const clockSeconds = format({ hour: 'numeric', minute: '2-digit', second: '2-digit' })
const day = format({ weekday: 'long', day: 'numeric', month: 'long' })
const whole = format({ dateStyle: 'full', timeStyle: 'medium' })
const dateShort = format({ dateStyle: 'medium' })
const dateLong = format({ dateStyle: 'full' })
const date = format({ dateStyle: 'long' })

/** The moment of a ts, "1732492800.000100". */
const momentOf = (ts) => new Date(Number(ts) * 1000)

export const clockTime = (ts) => clock.format(momentOf(ts))
export const fullTime = (ts) => whole.format(momentOf(ts))

// Local time, in what would be milliseconds of UTC.
const local = (when) => when - when.getTimezoneOffset() * 60_000

const dayNumber = (when) => Math.floor(local(when) / 86_400_000)

export const sameDay = (a, b) => dayNumber(momentOf(a)) === dayNumber(momentOf(b))

/** "Today", "Yesterday", or the day with its name. */
export function dayName(ts) {
  const ago = dayNumber(new Date()) - dayNumber(momentOf(ts))
  return { 0: 'Today', 1: 'Yesterday' }[ago] || day.format(momentOf(ts))
}

/** "today at 14:02" */
export const dayAndTime = (ts) => `${dayName(ts).replace(/^(Today|Yesterday)$/, (d) => d.toLowerCase())} at ${clockTime(ts)}`

const pretty = (seconds, otherwise) => {
  const name = dayName(seconds)
  return name === 'Today' || name === 'Yesterday' ? name.toLowerCase() : otherwise
}

// docs.slack.dev/messaging/formatting-message-text, "Date formatting"
const tokens = {
  date: (s) => date.format(momentOf(s)),
  date_num: (s) => new Date(local(momentOf(s))).toISOString().slice(0, 10),
  date_short: (s) => dateShort.format(momentOf(s)),
  date_long: (s) => dateLong.format(momentOf(s)),
  date_pretty: (s) => pretty(s, tokens.date(s)),
  date_short_pretty: (s) => pretty(s, tokens.date_short(s)),
  date_long_pretty: (s) => pretty(s, tokens.date_long(s)),
  time: (s) => clockTime(s),
  time_secs: (s) => clockSeconds.format(momentOf(s)),
}

/** Fills the tokens of a <!date^…> in, such as "{date_pretty} at {time}". */
export const formatDate = (seconds, pattern) =>
  pattern.replace(/\{(\w+)\}/g, (token, name) => (Object.hasOwn(tokens, name) ? tokens[name](seconds) : token))
