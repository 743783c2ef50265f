// What the person does in the open channel, or beside it.

import { act, Refused } from './api.js'
import { notice, state } from './state.js'
import { popText } from './toast.js'

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

/** The same for what belongs to no channel; what refused it pops up. */
export async function attemptAside(deed, body) {
  try {
    await act(deed, { as: state.as, ...body })
    return true
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    popText(sentence(error.message))
    return false
  }
}

/** What an app has for what is typed into a menu, or undefined where it gave no answer. */
export async function suggestions(body) {
  try {
    return await act('suggest', { as: state.as, ...body })
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return undefined
  }
}

/** What was refused, as a sentence for the person. */
export const sentence = (s) => `${s[0].toUpperCase()}${s.slice(1)}${/[.!?)]$/.test(s) ? '' : '.'}`
