import { mark } from '../dom/h'

const phone = matchMedia('(max-width: 480px)')

/**
 * On a phone the panel covers the page, so it is modal: the page behind cannot
 * be reached, and the panel shrinks to what the on-screen keyboard leaves.
 */
export interface PhoneMode {
  enter(): void
  leave(): void
}

export function phoneMode(host: HTMLElement, panel: HTMLElement): PhoneMode {
  let open = false
  let silenced: Element[] = []

  const apply = () => {
    const modal = open && phone.matches
    for (const element of silenced) mark(element, 'inert', false)
    // Only what was not inert before, so that leaving restores the page as it was.
    silenced = modal ? [...document.body.children].filter((one) => one !== host && !one.hasAttribute('inert')) : []
    for (const element of silenced) mark(element, 'inert', true)
    mark(panel, 'aria-modal', modal ? 'true' : undefined)
    fit()
  }
  const fit = () => {
    const area = window.visualViewport
    if (!area || !open || !phone.matches) return
    panel.style.setProperty('--keyboard-height', area.height + 'px')
    panel.style.setProperty('--keyboard-top', area.offsetTop + 'px')
  }
  phone.addEventListener('change', apply)
  window.visualViewport?.addEventListener('resize', fit)
  window.visualViewport?.addEventListener('scroll', fit)
  const turn = (to: boolean) => () => {
    open = to
    apply()
  }
  return { enter: turn(true), leave: turn(false) }
}
