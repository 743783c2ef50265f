// What can wait until a conversation has begun: the panel fetches this file then, or
// for the first who needs it earlier. Its English texts go to the panel, whose view translates.
export { en } from '../i18n/en'
export { borrow } from './lent'
export { createTray } from './tray'
export { showFiles } from './attachments'
export { showRich } from './looks'
export { createExtras } from './extras'
export { greet } from './greeting'
export { whyNot } from './failures'
export { answerCall } from './calls'
export { askConsent } from './consent'
export { dialPoll } from '../core/transport-poll'
export { historyOf } from '../core/history'
