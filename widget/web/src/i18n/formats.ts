import type { Millis } from '../core/frames'

/** Times and names as the reader writes them. */
export interface Formats {
  /** 10:32 or 10:32 AM. */
  time(at: Millis): string
  /** Today, yesterday, or the date. */
  day(at: Millis, now: Millis): string
  /** The shortest that is clear from now: 09:00, Mon 09:00, or 5 Jan 09:00. */
  moment(at: Millis, now: Millis): string
}

const day = 24 * 3_600_000

/** zone is an IANA name; without it times are the browser's. */
export function formats(locale: string, zone?: string): Formats {
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { ...options, ...(zone && { timeZone: zone }) })
  const clock: Intl.DateTimeFormatOptions = { hour: 'numeric', minute: '2-digit' }
  const time = format(clock)
  const weekday = format({ weekday: 'short', ...clock })
  const date = format({ day: 'numeric', month: 'short', ...clock })
  const fullDay = format({ weekday: 'long', day: 'numeric', month: 'long' })
  const fullDate = format({ day: 'numeric', month: 'long', year: 'numeric' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const calendar = new Intl.DateTimeFormat('en', { ...(zone && { timeZone: zone }) })
  // Days are told apart by their dates: midnights are not 24 hours apart where clocks change.
  const daysBetween = (from: Millis, to: Millis) =>
    Math.round((Date.parse(calendar.format(to)) - Date.parse(calendar.format(from))) / day)

  return {
    time: (at) => time.format(at),
    day(at, now) {
      const days = daysBetween(now, at)
      if (days === 0 || days === -1) return capital(relative.format(days, 'day'), locale)
      return (days > -180 ? fullDay : fullDate).format(at)
    },
    moment(at, now) {
      const days = daysBetween(now, at)
      if (days === 0) return time.format(at)
      return (days < 7 ? weekday : date).format(at)
    },
  }
}

function capital(text: string, locale: string): string {
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1)
}
