import type { Group } from '../core/frames'
import type { OwnWords } from '../i18n/en'
import type { Launcher } from './launcher'

/** The site's public configuration, which the server writes into the loader. */
export interface SiteConfig extends OwnWords {
  site: string
  groups: Group[]
  /** Those that are chosen only where the page asks for one by its id. */
  hidden?: Group[]
  /** #rrggbb; empty for the default. */
  accent: string
  /** The panel's file, relative to the loader's, with its hash. */
  panel: string
  /** The most bytes of a file; absent where none are taken. */
  files?: number
  /** After how many seconds the first of greetings may be due. */
  greet?: number
  greetings?: Greeting[]
  /** The language of a visitor who wishes for none that is spoken. */
  lang?: string
  /** Whether visitors must agree to the text consent first, unless the page's data-consent says otherwise. */
  consent?: true
  demo?: true
}

/** What is asked of visitors after some seconds on some pages. */
export interface Greeting {
  text: string
  texts?: Record<string, string>
  after: number
  path?: string
}

/** What pages may listen to, with what they are told. */
export interface ChatEvents {
  ready: undefined
  open: undefined
  close: undefined
  /** How many replies the visitor has not seen. */
  unread: number
  message: { id: string; name: string; body: string; at: number }
  sent: { id: string }
  /** The ids of the groups that the visitor talks with. */
  group: string[]
  /** Whether no group is there. */
  offline: boolean
  error: { code: string }
}

export type Emit = <K extends keyof ChatEvents>(name: K, ...data: ChatEvents[K] extends undefined ? [] : [ChatEvents[K]]) => void

/**
 * What the loader gives the panel. A cached loader may meet a newer panel, so
 * both this and Panel only ever grow.
 */
export interface Shell {
  config: SiteConfig
  /** The address of the protocol's folder, https://chat.example.com/w/v1/. */
  base: string
  /** What the visitor wishes to read, as far as the widget speaks it. */
  locale: string
  /** What the page is written in, for the agents to know. */
  language: string
  host: HTMLElement
  root: ShadowRoot
  /** The element in the root that everything visible stands in. */
  stage: HTMLElement
  launcher: Launcher
  /** What the script's tag says, and the page since. */
  data: DOMStringMap
  /** Has the theme follow what data has become; loaders from before it was here cannot. */
  retheme?(): void
  emit: Emit
}

/**
 * set: what the page says of the visitor, which nobody verifies. identify: what its
 * server says, signed. config: how the widget looks. reset: out of this browser. consent: whether the visitor agrees.
 * forget: out of the server, too. destroy: off the page, for as long as that stands.
 */
export type PanelCall = ['set' | 'identify' | 'config' | 'reset' | 'consent' | 'forget' | 'destroy', unknown?]

/** How a page may want the widget; theme and accent also as data-… on the script's tag. */
export interface Config {
  /** A language's tag; auto is the page's, as it is by now. */
  lang?: string
  theme?: 'light' | 'dark' | 'auto'
  /** #rrggbb */
  accent?: string
  side?: 'left' | 'right'
  /** Pixels from the corner. */
  offset?: number | { x?: number; y?: number }
  zIndex?: number
}

/** What a start from the page may ask for. */
export interface Start {
  /** Id of the group to choose. */
  group?: string
  /** What to write into the field for the message. */
  text?: string
  /** Whether to send it, too; needs text and group, or a conversation. */
  send?: boolean
}

/** What the panel lets the loader do. */
export interface Panel {
  open(start?: Start): void
  close(): void
  call(...call: PanelCall): void
  /** The host was moved to another body, which loses scroll positions. */
  moved(): void
}

/** The panel file's one export. */
export interface PanelModule {
  mount(shell: Shell): Promise<Panel>
}
