// What could turn the text around it: embeddings, overrides, isolates and their ends.
const controls = /[\u202a-\u202e\u2066-\u2069]/g
const rightToLeftLetter = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/

/**
 * Makes a value fit to be put into a text that is read in one direction: a name of
 * the other direction keeps its own order, and leaves the text's as it is.
 */
export function isolate(value: string, textIsRightToLeft: boolean): string {
  const plain = value.replace(controls, '')
  return textIsRightToLeft || rightToLeftLetter.test(plain) ? `\u2068${plain}\u2069` : plain
}
