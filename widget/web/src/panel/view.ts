import type { Chat } from '../core/chat'
import type { Formats } from '../i18n/formats'
import type { Voice } from '../i18n/voice'
import type { Shell } from '../loader/shell'
import type { More } from './more'

/** What every part of the panel draws from. */
export interface View {
  shell: Shell
  chat: Chat
  t: Voice['t']
  named: Voice['named']
  formats: Formats
  /** Has screen readers say something, wherever the focus is. */
  announce(text: string): void
  /** Fetches what a first look does without. */
  more(): Promise<More>
  /** Builds the panel anew in another language, of which its tag is given. */
  speak(locale: string): Promise<void>
}

/** A part of the panel: one element, brought up to date by draw. */
export interface Part {
  element: HTMLElement
  draw(): void
}
