type Child = Node | string

export interface Attributes {
  [name: string]: string | number | boolean | undefined | ((event: never) => void)
}

/**
 * Builds an element. Attributes that are functions listen to the event they are
 * named for; true sets an empty attribute, false and undefined set none.
 * Nodes and text only: no markup is parsed anywhere in the widget, so no page
 * policy can object and no message can become anything but text.
 */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value as EventListener)
    else mark(element, name, value)
  }
  element.append(...children)
  return element
}

/** Sets, empties or removes an attribute, as h does. */
export function mark(element: Element, name: string, value: string | number | boolean | undefined): void {
  if (value === false || value === undefined) element.removeAttribute(name)
  else element.setAttribute(name, value === true ? '' : value as string) // which makes it one
}

/** Changes an element's text only if it differs, since screen readers read what changes. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}
