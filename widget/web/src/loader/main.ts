import { readScript } from './script'
import { isLoaded } from './host'
import { load } from './load'
import type { SiteConfig } from './shell'

const origin = readScript()
// The server writes the site's configuration over this literal, quotes included.
if (origin && !isLoaded()) load(origin, '__CHATGROUPS_CONFIG__' as unknown as SiteConfig)
