import { h } from '../dom/h'

/** A live region outside the panel, which is heard while the panel is closed, too. */
export function announcer(stage: HTMLElement): (text: string) => void {
  const region = h('div', { class: 'spoken', role: 'status' })
  stage.append(region)
  return (text) => {
    // The same text twice would be no change, and so not be read.
    region.textContent = region.textContent === text ? text + '\u00a0' : text
  }
}
