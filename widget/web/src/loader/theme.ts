import { fitAccent } from '../style/accent'

/**
 * Keeps the host in the visitor's colour scheme, or in the one that the site asks
 * for, and fits the site's accent into it. A site may also set the accent in its
 * own styles, as --chat-accent.
 */
export function keepTheme(host: HTMLElement, asked: string | undefined, accent: string): void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const apply = () => {
    const theme = asked === 'dark' || (asked !== 'light' && dark.matches) ? 'dark' : 'light'
    host.dataset['theme'] = theme
    const fit = fitAccent(getComputedStyle(host).getPropertyValue('--chat-accent').trim() || accent, theme)
    for (const [name, colour] of Object.entries(fit ?? {})) host.style.setProperty('--fit-' + name, colour)
  }
  dark.addEventListener('change', apply)
  apply()
}
