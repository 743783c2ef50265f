import type { Group } from '../core/frames'
import { h, say } from '../dom/h'
import { createCard, type Card } from './card'
import type { Part, View } from './view'

/** The question, and a card for each group. Choosing connects to nobody yet. */
export interface Choice extends Part {
  /** The group that is chosen, or the only one. */
  chosen(): Group | undefined
  choose(id: string): void
  /** Asks for a choice that is missing. */
  demand(): void
  focus(): void
}

// With more groups than this, the cards are lower.
const roomy = 5

export function createChoice(view: View, changed: () => void): Choice {
  const { shell, chat, t } = view
  const hint = h('p', { class: 'hint' })
  const list = h('div')
  const error = h('p', { class: 'error', id: 'group-error', role: 'alert' })
  const element = h('fieldset', { 'aria-describedby': error.id }, h('legend', {}, t('question')), hint, list, error)
  let cards = new Map<string, Card>()
  let wanted: string | undefined

  function chosen(): Group | undefined {
    const { groups } = chat.store
    if (groups.length === 1) return groups[0]
    return groups.find(({ id }) => cards.get(id)?.radio.checked)
  }

  function draw(): void {
    const { groups } = chat.store
    // One that is hidden is there for who asks for it by its id.
    const asked = shell.config.hidden?.find(({ id }) => id === wanted)
    if (asked && !groups.includes(asked)) groups.push(asked)
    // Sorting anew under the visitor's hand would be worse than a stale order.
    if (groups.length !== cards.size || !groups.every(({ id }) => cards.has(id))) fill(groups)
    for (const group of groups) cards.get(group.id)?.update(group)
    const away = groups.every(({ state }) => state === 'off')
    element.hidden = groups.length === 1 && !away
    list.hidden = groups.length < 2
    say(hint, t(!groups.length ? 'nobody' : away ? 'chooseAway' : 'choose'))
    if (chosen()) say(error, '')
  }

  function fill(groups: Group[]): void {
    const before = chosen()?.id ?? wanted
    // By the alphabet, on comes after off.
    const present = [...groups].sort((a, b) => b.state.localeCompare(a.state))
    cards = new Map(present.map((group) => [group.id, createCard(group, view, changed)]))
    list.replaceChildren(...[...cards.values()].map((card) => card.element))
    list.classList.toggle('compact', groups.length > roomy)
    choose(before)
  }

  function choose(id?: string): void {
    // The group may be announced only by the welcome that is yet to come.
    wanted = id
    const card = cards.get(id!)
    if (card) card.radio.checked = true
  }

  function focus(): void {
    const first = (which: string) => list.querySelector<HTMLElement>('input' + which)
    ;(first(':checked') ?? first(''))?.focus()
  }

  return {
    element, draw, chosen, choose, focus,
    demand() {
      say(error, t('chooseMissing'))
      focus()
    },
  }
}
