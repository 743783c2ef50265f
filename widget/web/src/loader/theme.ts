import { fitAccent } from '../style/accent'

/**
 * Keeps the host in the visitor's colour scheme, or in the one that the site asks for,
 * and fits the site's accent into it. A site may also set the accent in its
 * own styles, as --chat-accent. Returns how to look at the wishes, which is for the caller to do first.
 */
export function keepTheme(host: HTMLElement, wants: DOMStringMap, accent: string): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const apply = () => {
    const asked = wants['theme']
    const theme = asked === 'dark' || (asked !== 'light' && dark.matches) ? 'dark' : 'light'
    host.dataset['theme'] = theme
    const own = getComputedStyle(host).getPropertyValue('--chat-accent').trim() || wants['accent'] || accent
    for (const [name, colour] of Object.entries(fitAccent(own, theme) ?? {})) host.style.setProperty('--fit-' + name, colour)
  }
  dark.addEventListener('change', apply)
  return apply
}
