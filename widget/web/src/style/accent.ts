// A site may choose any accent, so what stands on it and beside it is computed:
// 4.5:1 for text (WCAG 1.4.3), against the panel's background in each theme.

/** Red, green, blue from 0 to 255. */
type Colour = number[]

export interface Accent {
  /** The accent as a surface. */
  surface: string
  /** Text and icons on it. */
  text: string
  /** The accent as a line or a text on the panel. */
  ink: string
}

// Luminances at which a colour has 4.5:1 against the panel's white and its #15181e,
// and the one above which black reads better on a colour than white.
const darkEnoughOnLight = 0.183
const lightEnoughOnDark = 0.217
const blackReadsBetter = 0.179

/** Fits an accent (#rrggbb) into a theme; undefined for anything else, so that the default stays. */
export function fitAccent(accent: string, theme: 'light' | 'dark'): Accent | undefined {
  if (!/^#[\da-f]{6}$/i.test(accent)) return undefined
  const chosen: Colour = [1, 3, 5].map((at) => parseInt(accent.slice(at, at + 2), 16))
  const dark = theme === 'dark'
  const fits = (light: number) => (dark ? light > lightEnoughOnDark : light < darkEnoughOnLight)
  let ink = chosen
  // Towards white or black, which fits at the latest.
  for (let part = 0; !fits(luminance(ink)); part += 0.05) {
    ink = chosen.map((channel) => Math.round(channel + ((dark ? 255 : 0) - channel) * Math.min(part, 1)))
  }
  const surface = dark ? ink : chosen
  return {
    surface: `rgb(${surface})`,
    text: luminance(surface) > blackReadsBetter ? '#000' : '#fff',
    ink: `rgb(${ink})`,
  }
}

/** Relative luminance after WCAG, from 0 to 1. */
function luminance(colour: Colour): number {
  const weights = [0.2126, 0.7152, 0.0722]
  return weights.reduce((sum, weight, i) => {
    const c = colour[i]! / 255
    return sum + weight * (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  }, 0)
}
