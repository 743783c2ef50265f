// The page: which module draws what. All of them draw from state alone.

import { drawChannels, setUpDrawer } from './channels.js'
import { Composer } from './composer.js'
import { el } from './dom.js'
import { drawFaultButton, drawFaults, drawFaultStrip } from './faults.js'
import { drawHome } from './home.js'
import { drawBell, drawLedger } from './ledger.js'
import { drawChannelBar, drawMessages, drawThread, drawThreadBar, walkable } from './messages.js'
import { drawModal, setUpModal } from './modal.js'
import { drawPeople } from './people.js'
import { addressed, follow, go, me, onChange, state } from './state.js'
import { toastNews } from './toast.js'

const part = (id) => document.getElementById(id)

const threadPane = el('section', { class: 'pane', 'aria-label': 'Thread' })
const threadBar = el('header', { class: 'bar' })
const threadList = el('div', { class: 'list', role: 'log', 'aria-label': 'Replies', tabindex: 0 })
const threadWriting = el('div', { class: 'writing' })
threadPane.append(threadBar, threadList, threadWriting)
const ledgerPane = el('section', { class: 'pane', 'aria-label': 'Who was notified' })
const faultsPane = el('section', { class: 'pane', 'aria-label': 'Trouble' })
part('side').append(threadPane, ledgerPane, faultsPane)

const channelBox = new Composer(part('channel-writing'), false)
const threadBox = new Composer(threadWriting, true)

function draw() {
  document.body.classList.toggle('lost', state.lost)
  if (!state.screen) return
  part('workspace').firstElementChild.textContent = state.screen.workspace
  document.title = `${me()?.real || 'Nobody'} in ${state.screen.workspace} (simulated Slack)`
  drawPeople(part('people'))
  drawBell(part('bell'))
  drawFaultButton(part('faults'))
  drawFaultStrip(part('fault-strip'))
  drawChannels(part('channels'))
  drawChannelBar(part('channel-bar'))
  drawMessages(part('messages'))
  channelBox.draw()
  drawHome(part('home'))
  part('channel').hidden = !part('home').hidden
  drawSide()
  drawModal(part('modal'))
}

let threadBefore = null // the thread that was open when the side was last drawn

function drawSide() {
  part('side').hidden = !state.thread && !state.pane
  threadPane.hidden = !state.thread
  ledgerPane.hidden = state.pane !== 'ledger'
  faultsPane.hidden = state.pane !== 'faults'
  if (state.pane === 'ledger') drawLedger(ledgerPane)
  if (state.pane === 'faults') drawFaults(faultsPane)
  if (state.thread) {
    drawThreadBar(threadBar)
    drawThread(threadList)
    threadBox.draw()
  }
  if (state.thread !== threadBefore) moveFocus(threadBefore)
  threadBefore = state.thread
}

// Into a thread that one opens, and back to where one opened it; but never out of
// the page around, where somebody may be writing.
function moveFocus(from) {
  if (from === null || !document.hasFocus()) return
  if (state.thread) threadBox.focus()
  else part('messages').querySelector(`[data-ts="${CSS.escape(from)}"]`)?.focus({ preventScroll: true })
}

const toggle = (pane) => go({ pane: state.pane === pane ? '' : pane })
part('bell').addEventListener('click', () => toggle('ledger'))
part('faults').addEventListener('click', () => toggle('faults'))
addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !event.defaultPrevented) go({ thread: '', pane: '' })
})
addEventListener('hashchange', () => go(addressed()))

walkable(part('messages'))
walkable(threadList)
setUpDrawer(part('menu'))
setUpModal(part('modal'))
Object.assign(state, addressed())
onChange(draw)
follow((screen) => {
  toastNews()
  // A page around this one may listen.
  window.dispatchEvent(new CustomEvent('fakeslack:screen', { detail: screen }))
})
