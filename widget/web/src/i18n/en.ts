// Every text that a visitor can see or hear, in English. A text is one string,
// or one for each plural category that the language has; {n} and {name} are
// filled in. Another language is another file of this shape.

const open = 'Open chat'
const leave = 'Leave a message'
const loading = 'Loading the chat'
const hosted = 'Open chat in a new tab'

/** What the loader needs before the panel is there; apart, so that the loader carries no more than these. */
export const launcherTexts = { open, leave, loading, hosted }

export const en = {
  open,
  leave,
  loading,
  hosted,
  openUnread: { one: 'Open chat, {n} new message', other: 'Open chat, {n} new messages' },
  close: 'Close chat',

  available: 'Available',
  away: 'Away',
  back: 'Back {when}',

  choose: 'Choose a team and we will connect you.',
  chooseAway: 'Nobody is here right now. Leave a message, and the answer will appear here.',
  chooseMissing: 'Choose a team first.',
  nobody: 'Nobody can be reached here at the moment.',
  wentAway: '{name} just went away. You can leave a message.',
  cameBack: '{name} is available now.',
  yourMessage: 'Your message',
  messageMissing: 'Write a message first.',
  start: 'Start chat',

  conversation: 'Conversation',
  message: 'Message',
  writeMessage: 'Write a message…',
  send: 'Send',
  tooLong: { one: '{n} character too many', other: '{n} characters too many' },
  earlier: 'Show earlier messages',
  earlierFailed: 'Earlier messages could not be loaded. Try again',
  newMessages: { one: '{n} new', other: '{n} new' },
  replyFrom: 'Reply from {name}',
  reply: 'New reply',

  you: 'You',
  agent: 'Agent',
  said: '{name}, {time}:',
  meta: '{name} · {time}',
  edited: 'edited',
  removed: 'Message removed',
  sending: 'Sending…',
  notSent: 'Not sent.',
  tryAgain: 'Try again',
  failTooLong: 'Not sent: too long.',
  failClosed: 'Not sent: this conversation is over.',
  failOffline: 'Not sent: the team just went away.',
  failOld: 'Not sent: you were offline for long.',

  talking: 'You are talking to {name}',
  joined: '{name} joined',
  left: '{name} left',
  claimed: '{name} joined the chat',
  closed: 'Conversation closed',
  reopened: 'Conversation reopened',

  connecting: 'Connecting…',
  lost: 'Connection lost. Reconnecting…',
  deviceOffline: 'You are offline. Messages will be sent once you are back.',
  asleep: 'Paused here, as the chat is open in many tabs.',
  resume: 'Continue here',
  refused: 'The chat does not work on this page.',
  tryNow: 'Try now',
}

/** A text, or its forms by plural category (`Intl.PluralRules`). */
export type Text = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>)

export type TextKey = keyof typeof en

export type Table = Record<TextKey, Text>
