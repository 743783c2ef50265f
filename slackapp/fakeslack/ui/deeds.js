// What the person does in the open channel.

import { act, Refused } from './api.js'
import { notice, state } from './state.js'

/**
 * Does something, see act, and returns whether it was done. What refused it is
 * said to the person, in the thread with this root or in the channel.
 */
export async function attempt(deed, body, thread = '') {
  try {
    await act(deed, { as: state.as, channel: state.channel, ...body })
    return true
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    notice(sentence(error.message), { thread })
    return false
  }
}

const sentence = (s) => `${s[0].toUpperCase()}${s.slice(1)}${/[.!?)]$/.test(s) ? '' : '.'}`
