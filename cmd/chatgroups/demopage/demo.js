// The page of the demo: two frames side by side, or one at a time, and a list of
// things to try that ticks itself.

const part = (selector) => document.querySelector(selector)
const tabs = [...document.querySelectorAll('[role=tab]')]
const frameOf = (id) => part(`#${id} iframe`)

// One at a time ----------------------------------------------------------------

function show(id) {
  for (const tab of tabs) {
    const chosen = tab.getAttribute('aria-controls') === id
    tab.setAttribute('aria-selected', chosen)
    tab.tabIndex = chosen ? 0 : -1
    part(`#${tab.getAttribute('aria-controls')}`).classList.toggle('shown', chosen)
  }
  if (id === 'slack') part('.tabs .news').hidden = true
}

for (const [i, tab] of tabs.entries()) {
  tab.addEventListener('click', () => show(tab.getAttribute('aria-controls')))
  tab.addEventListener('keydown', (event) => {
    if (!['ArrowLeft', 'ArrowRight'].includes(event.key)) return
    const other = tabs[(i + 1) % tabs.length]
    show(other.getAttribute('aria-controls'))
    other.focus()
  })
}

// Another visitor --------------------------------------------------------------

// The widget keeps a conversation under names that begin so.
const widgetPrefix = 'chatgroups:'

// The frame goes before what it keeps does: on its way out, the widget saves.
part('#new-visitor').addEventListener('click', () => {
  const old = frameOf('shop')
  const fresh = old.cloneNode()
  old.remove()
  for (const storage of [localStorage, sessionStorage]) {
    for (const key of Object.keys(storage)) if (key.startsWith(widgetPrefix)) storage.removeItem(key)
  }
  part('#shop').append(fresh)
})

// What was tried ---------------------------------------------------------------

const tick = (step) => part(`[data-step=${step}]`).classList.add('done')

/** Somebody did something in the simulated Slack; see act in its api.js. */
function onDeed({ deed, thread, text = '', action = '', on = false }) {
  const toApp = /^[/@]chatgroups\b/.test(text)
  if (deed === 'say' && thread && !toApp && !text.startsWith('//')) tick('answer')
  if ((deed === 'click' && action.startsWith('invite_to')) || (toApp && / invite \S/.test(text))) tick('invite')
  if (deed === 'command' && toApp) tick('command')
  if (deed === 'fault' && on) tick('trouble')
}

let called = 0 // how many posts had called a group when the page was last told

/** What the simulated Slack shows has changed. */
function onScreen({ posts }) {
  const now = posts.filter((p) => p.calls.some((c) => c.why === 'usergroup')).length
  if (now > 0) tick('ask')
  if (now > called && !part('#slack').classList.contains('shown')) part('.tabs .news').hidden = false
  called = now
}

const slack = frameOf('slack')

function listen() {
  slack.contentWindow.addEventListener('fakeslack:did', (event) => onDeed(event.detail))
  slack.contentWindow.addEventListener('fakeslack:screen', (event) => onScreen(event.detail))
}

slack.addEventListener('load', listen)
// The frame may have loaded before this script has.
if (slack.contentDocument?.readyState === 'complete' && slack.contentDocument.URL !== 'about:blank') listen()
