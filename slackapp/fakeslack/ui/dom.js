// Building the page. Nothing here, or anywhere else, takes markup: whatever
// somebody typed becomes a text node.

/**
 * Makes an element. A prop that starts with "on" is a listener; false, null and
 * undefined leave a prop or a child out; strings among the children are text.
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (value == null || value === false) continue
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value)
    else if (name === 'class') node.className = value
    else node.setAttribute(name, value === true ? '' : value)
  }
  node.append(...children.flat(Infinity).filter((c) => c != null && c !== false))
  return node
}

const built = new WeakMap() // element -> the item that it was built from

/**
 * Makes the children of parent match items, each {key, sig, build}. A child is
 * built anew only where its sig is another, so that focus, selection and running
 * animations stay; focus in a child that is built anew moves to the element with
 * the same data-focus in its successor.
 */
export function sync(parent, items) {
  const old = new Map()
  for (const child of [...parent.children]) old.set(built.get(child)?.key, child)
  const keys = new Set(items.map((i) => i.key))
  for (const [key, child] of old) {
    if (!keys.has(key)) remove(child)
  }
  let at = parent.firstElementChild
  for (const item of items) {
    let node = old.get(item.key)
    if (!node || built.get(node).sig !== item.sig) {
      const fresh = item.build()
      built.set(fresh, item)
      if (node) {
        if (at === node) at = fresh
        replace(node, fresh)
      }
      node = fresh
    }
    if (node === at) at = at.nextElementSibling
    else parent.insertBefore(node, at)
  }
}

const filled = new WeakMap() // element -> the sig of what is in it

/** Gives parent the children that build makes, unless sig is as it was. */
export function fill(parent, sig, build) {
  if (filled.get(parent) === sig) return
  filled.set(parent, sig)
  const active = document.activeElement
  const name = parent.contains(active) && active.dataset.focus
  parent.replaceChildren(...[build()].flat(Infinity).filter((c) => c != null && c !== false))
  if (name) parent.querySelector(`[data-focus="${CSS.escape(name)}"]`)?.focus({ preventScroll: true })
}

function replace(node, fresh) {
  const active = document.activeElement
  const focused = node.contains(active)
  node.replaceWith(fresh)
  if (!focused) return
  const name = active.dataset.focus
  const heir = name ? fresh.querySelector(`[data-focus="${CSS.escape(name)}"]`) : null
  fresh.focus({ preventScroll: true }) // some elements can be reached only then
  heir?.focus({ preventScroll: true })
}

function remove(node) {
  const heir = node.contains(document.activeElement) && (node.nextElementSibling || node.previousElementSibling)
  node.remove()
  if (heir) heir.focus({ preventScroll: true })
}

/** A string that differs whenever one of the values does. */
export const sigOf = (...values) => JSON.stringify(values)
