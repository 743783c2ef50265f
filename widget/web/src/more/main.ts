// What few visitors need: the panel fetches this file when one of them does. It has
// no texts of its own, since the panel's view translates.
export { createTray } from './tray'
export { showFiles } from './attachments'
