/**
 * Adds styles to a shadow root by constructed sheets, which even a page with
 * `style-src 'none'` allows.
 */
export function adopt(root: ShadowRoot, ...texts: string[]): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(texts.join(''))
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]
}
