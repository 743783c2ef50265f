// What the page asks of the workspace. All addresses are relative: the page may
// be mounted below any prefix.

/**
 * An answer that the workspace gave: it refuses, in words for the person. inputs is
 * what an app says about single inputs of a modal, by block_id.
 */
export class Refused extends Error {
  constructor(message, inputs = {}) {
    super(message)
    this.inputs = inputs
  }
}

/**
 * Asks for what a person sees; query is {as, channel, thread, home, limit, seen}. The
 * answer is held until it differs from the screen that `seen` names.
 */
export async function screen(query, signal) {
  const params = new URLSearchParams(Object.entries(query).filter(([, v]) => v))
  const answer = await fetch(`api/screen?${params}`, { signal, cache: 'no-store' })
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`)
  return answer.json()
}

/**
 * Does something as a person, and returns what it brings back, if anything; the
 * deeds are listed in ui.go.
 * A page around this one may listen to what was done: it is told on this window by
 * the event "fakeslack:did", with {deed, ...body} as its detail.
 */
export async function act(deed, body) {
  let answer
  try {
    const response = await fetch(`api/${deed}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    answer = await response.json()
  } catch {
    throw new Refused('The simulated Slack cannot be reached, so that was not done.')
  }
  if (!answer.ok) throw new Refused(answer.error, answer.inputs)
  window.dispatchEvent(new CustomEvent('fakeslack:did', { detail: { deed, ...body } }))
  return answer.answer
}

/** Where the page finds the content of a file. */
export const fileAddress = (id) => `api/file/${encodeURIComponent(id)}`
