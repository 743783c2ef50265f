import type { Block, Ev, Millis, Progress, SharedFile } from './frames'
import type { Outgoing } from './storage'

/** What happened to the conversation itself. */
export type Notice = 'talking' | 'joined' | 'left' | 'claimed' | 'closed' | 'reopened' | 'rated'

export type Line =
  | { kind: 'day'; key: string; at: Millis }
  | NoticeLine
  | MessageLine

export interface NoticeLine {
  kind: 'notice'
  key: string
  notice: Notice
  /** The group that it is about; empty where it is about a person or nobody. */
  id: string
  name: string
}

export interface MessageLine {
  kind: 'message'
  key: string
  own: boolean
  name: string
  avatar: string
  at: Millis
  body: string
  rich: Block[] | undefined
  files: SharedFile[] | undefined
  edited: boolean
  removed: boolean
  state: Outgoing['state']
  code: string | undefined
  /** What state and code are of: the message itself, or the change of it that is on its way. */
  via: string
  /** How far it has come, where that says more than the time: of the visitor's last message alone. */
  reach: 'delivered' | 'seen' | undefined
  /** Nothing of the same speaker stands closely above it. */
  first: boolean
  /** Nothing of the same speaker stands closely below it, so it shows who spoke and when. */
  last: boolean
}

// Lines of one speaker within this time belong together.
const together = 5 * 60_000

/** The log and what is on its way, as the lines that a reader sees: edits and deletions applied, days marked, speakers grouped. */
export function transcript(events: readonly Ev[], outgoing: readonly Outgoing[], progress?: Progress): Line[] {
  const lines: Line[] = []
  const messages = new Map<string, MessageLine>()
  let previous: MessageLine | undefined
  let day = ''

  const turnDay = (at: Millis) => {
    const today = new Date(at).toDateString()
    if (today !== day) lines.push({ kind: 'day', key: 'day ' + today, at })
    day = today
  }
  const say = (message: MessageLine) => {
    turnDay(message.at)
    const follows = lines.at(-1) === previous && previous?.own === message.own &&
      previous.name === message.name && message.at - previous.at < together
    if (previous && follows) previous.last = false
    message.first = !follows
    messages.set(message.key, message)
    lines.push(message)
    previous = message
  }

  for (const event of events) {
    const { kind, id, by, at, body = '', rich, files } = event
    const subject = messages.get(event.of ?? '')
    if (kind === 'message') {
      const own = event.me === true || by.role === 'visitor'
      say({ ...messageLine(id, own, at, body, { name: by.name ?? '', avatar: by.avatar ?? '' }), rich, files })
    } else if (kind === 'edited' && subject) {
      change(subject, body, rich)
    } else if (kind === 'deleted' && subject) {
      remove(subject)
    } else {
      const notice = noticeOf(event)
      if (!notice) continue
      turnDay(at)
      lines.push({ kind: 'notice', key: id, notice, id: event.group ?? '', name: event.groupName ?? by.name ?? '' })
    }
  }
  if (previous?.own) previous.reach = reachOf(events, previous.key, progress)
  for (const { id, at, body, state, code, stars, of, gone } of outgoing) {
    if (!stars && !of) say({ ...messageLine(id, true, at, body), state, code })
    const subject = messages.get(of ?? '')
    if (!subject) continue
    // What failed stays before the visitor's eyes, but for a message that should be gone.
    if (!gone) change(subject, body)
    else if (state !== 'fail') remove(subject)
    // A message that failed itself has to go first.
    if (subject.state !== 'fail') Object.assign(subject, { state, code, via: id })
  }
  return lines
}

function change(line: MessageLine, body: string, rich?: Block[]): void {
  Object.assign(line, { body, rich, edited: true })
}

function remove(line: MessageLine): void {
  Object.assign(line, { body: '', rich: undefined, files: undefined, removed: true })
}

function reachOf(events: readonly Ev[], id: string, { delivered, seen }: Progress = { delivered: 0, seen: 0 }) {
  const seq = events.find((event) => event.id === id)?.seq ?? Infinity
  return seq <= seen ? 'seen' : seq <= delivered ? 'delivered' : undefined
}

function messageLine(key: string, own: boolean, at: Millis, body: string, by = { name: '', avatar: '' }): MessageLine {
  return {
    kind: 'message', key, via: key, own, at, body, ...by,
    reach: undefined, rich: undefined, files: undefined, edited: false, removed: false, state: 'sent', code: undefined, first: true, last: true,
  }
}

function noticeOf({ kind, seq, by }: Ev): Notice | undefined {
  switch (kind) {
    case 'joined':
      // Who is there from the first entry on did not join.
      return seq === 1 ? 'talking' : 'joined'
    case 'claimed':
      return by.name ? 'claimed' : undefined
    case 'left':
      return 'left'
    case 'closed':
      return 'closed'
    case 'reopened':
      return 'reopened'
    case 'rated':
      return 'rated'
    default:
      return undefined
  }
}
