import { h, mark, say } from './lent'

// Whether mail arrives only a mail can tell; this finds slips of the finger.
const address = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

export const isEmail = (text: string): boolean => text.length <= 254 && address.test(text)

/** A labelled field for an address, which says what is wrong with it once that was asked. */
export interface EmailField {
  element: HTMLElement
  value(): string
  /** Whether it holds an address; if not, says so and takes the focus. */
  valid(): boolean
  set(email: string): void
  focus(): void
}

let fields = 0

export function createEmailField(label: string, wrong: string): EmailField {
  const id = `email-${++fields}`
  const error = h('p', { class: 'error', id: id + '-error', role: 'alert' })
  const input = h('input', {
    id, type: 'email', autocomplete: 'email', inputmode: 'email', 'aria-describedby': error.id, required: true,
    input: () => complain(''),
  })
  const value = () => input.value.trim()

  function complain(text: string): void {
    say(error, text)
    mark(input, 'aria-invalid', text ? 'true' : undefined)
  }

  return {
    element: h('div', { class: 'field' }, h('label', { for: id }, label), input, error),
    value,
    valid() {
      if (isEmail(value())) return true
      complain(wrong)
      input.focus()
      return false
    },
    set: (email) => void (input.value = email),
    focus: () => input.focus(),
  }
}
