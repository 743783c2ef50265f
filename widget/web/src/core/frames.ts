// The frames of chat.v1, by direction. The Go server holds the same list, and
// widget/testdata/frames holds both to one set of golden files.

/** Unix time in whole milliseconds. */
export type Millis = number

/** A choice that the visitor has: a group as the site offers it. */
export interface Group {
  id: string
  name: string
  about: string
  state: 'on' | 'off'
  /** When a group that is off expects to be back; absent when nobody knows. */
  back?: Millis
}

/** An agent as visitors see one. */
export interface Person {
  name: string
  /** An address on the bridge, or empty. */
  avatar: string
}

export type Kind =
  | 'message' | 'edited' | 'deleted' | 'joined' | 'left' | 'claimed' | 'closed' | 'reopened' | 'rated'

/** A stretch of text with the same looks. */
export interface Span {
  /** May hold newlines. */
  text: string
  b?: true
  i?: true
  s?: true
  code?: true
  link?: string
}

/** What stands on lines of its own: the two lists have items, the others spans; a paragraph of neither is an empty line. */
export interface Block {
  type: 'paragraph' | 'quote' | 'code' | 'list' | 'ordered'
  spans?: Span[]
  items?: Span[][]
  /** The number of the first item, 1 if absent. */
  start?: number
  /** How deep a list is nested: within the last item of the less deep one before it. */
  level?: number
}

/** A file of a message. */
export interface SharedFile {
  name: string
  /** A media type, as its sender's side has it. */
  type: string
  /** In bytes. */
  size: number
  /** A path on the bridge; it needs the token, or url + '/link' gives one that does not. */
  url: string
}

/** One entry of the conversation's log. */
export interface Ev {
  t: 'ev'
  /** Numbered 1, 2, 3 … without holes within one conversation. */
  seq: number
  /** A later server may send kinds that are not in Kind: they count, and show nothing. */
  kind: Kind | (string & {})
  id: string
  at: Millis
  by: { role: 'visitor' | 'agent' | 'system' } & Partial<Person>
  /** Plain text that can stand alone. */
  body?: string
  /** The same words with their looks, where they have any. */
  rich?: Block[]
  /** What the message carries; then body may be empty. */
  files?: SharedFile[]
  /** Of a rating: 1 to 5, beside what the visitor said in body. */
  stars?: number
  /** The entry that an edit or a deletion is about. */
  of?: string
  group?: string
  groupName?: string
  /** The line is this visitor's own. */
  me?: true
}

/** How far the visitor's lines have come: up to which line they stand before agents, and were surely seen by one. */
export interface Progress {
  delivered: number
  seen: number
}

// ---- from the widget to the server ----

export interface Hello {
  t: 'hello'
  v: 1
  site: string
  tok?: string
  cid?: string
  epoch?: string
  /** The last seq applied; 0 when nothing is known. */
  since: number
  lang: string
  tz: string
  url: string
  title: string
  ref?: string
  name?: string
  email?: string
  /** What the page says of the visitor, besides. */
  attrs?: Record<string, string | number | boolean>
  /** Who the site's own server says that the visitor is. */
  jwt?: string
  /** Polls only: the welcome has arrived, so the answer may be held until there is news. */
  again?: true
  /** What this tab knows of it, so that it is not told again. */
  progress?: Progress
}

export interface Send {
  t: 'send'
  id: string
  body: string
  /** Only where the message may start a conversation. */
  group?: string
  /** The group is off, and the visitor knows it: keep the message for its return. */
  leave?: true
  /** Begin another conversation with it, and close the one before. */
  fresh?: true
}

/** What the visitor thinks of a conversation that is closed; acknowledged like a Send. */
export interface Rate { t: 'rate'; id: string; stars: number; comment?: string }

/** Other words for a message of the visitor's own; acknowledged like a Send. */
export interface Edit {
  t: 'edit'
  /** The edit's own. */
  id: string
  /** The message that it is about. */
  of: string
  body: string
}

/** Takes a message of the visitor's own back; acknowledged like a Send. */
export interface Delete { t: 'delete'; id: string; of: string }

export type ClientFrame = Hello | Send | Rate | Edit | Delete | { t: 'read'; seq: number } | { t: 'forget' } | { t: 'ping' }

// ---- from the server to the widget ----

export interface Welcome {
  t: 'welcome'
  /** Only when it is new or rotated. */
  tok?: string
  vid: string
  cid?: string
  epoch: string
  /** The last seq of the conversation. */
  seq: number
  groups: Group[]
  /** The groups that take part. */
  with: string[]
  closed: boolean
  agents: Person[]
  /** Only the last entries follow; the older ones come from the history. */
  more?: true
  now: Millis
  /** Seconds of silence after which the widget pings. */
  ping: number
}

export interface Ack { t: 'ack'; id: string; seq: number; at: Millis; cid: string }

export type NackCode =
  | 'too_long' | 'rate' | 'closed' | 'group_offline' | 'forbidden' | 'invalid' | 'internal'

export interface Nack { t: 'nack'; id: string; code: NackCode; retry_ms?: number }

/** Why the server ends a connection; the numbers are WebSocket close codes. */
export const Bye = {
  restart: 1012,
  broken: 4400,
  token: 4401,
  refused: 4403,
  tooManySockets: 4409,
  /** Of the signed identity: it has expired, or is not the site's. */
  identityExpired: 4410,
  identityRefused: 4411,
  tooLarge: 4413,
  tooFast: 4429,
} as const

export type ServerFrame =
  | Welcome | Ev | Ack | Nack
  | { t: 'groups'; groups: Group[] }
  | ({ t: 'progress' } & Progress)
  /** An agent writes; holds for some seconds. */
  | { t: 'typing'; by: Partial<Person> }
  | { t: 'pong' }
  | { t: 'bye'; code: number; retry_ms: number }

const serverFrames = new Set(['welcome', 'ev', 'ack', 'nack', 'groups', 'progress', 'typing', 'pong', 'bye'])

/** The most code points that one message may have. */
export const maxBody = 4000

/** Reads what arrived as a frame; undefined for what is unknown or no frame, which is to be ignored. */
export function asServerFrame(value: unknown): ServerFrame | undefined {
  const frame = value as ServerFrame | null
  return typeof frame === 'object' && frame && serverFrames.has(frame.t) ? frame : undefined
}

/** asServerFrame for text; what is not JSON is no frame. */
export function parseServerFrame(text: string): ServerFrame | undefined {
  try {
    return asServerFrame(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** The length of a message as the server counts it: in code points, not UTF-16 units. */
export function bodyLength(body: string): number {
  return Array.from(body).length
}
