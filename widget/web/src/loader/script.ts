/** Where the loader's own script tag says that the server is, and what it asks for. */
export interface Origin {
  /** The folder that the script came from, with a slash at its end. */
  base: string
  data: DOMStringMap
}

/**
 * Reads the script tag that runs right now; must be called before anything
 * asynchronous, when the browser still knows which one it is.
 */
export function readScript(): Origin | undefined {
  const running = document.currentScript as HTMLScriptElement | null
  // A module script is never "current", so it is looked for by its address.
  const script = running ?? document.querySelector<HTMLScriptElement>('script[src*="/w/v1/"]')
  return script?.src ? { base: new URL('.', script.src).href, data: script.dataset } : undefined
}
