/**
 * Whether a key press sends: Enter without Shift, and not the Enter that accepts
 * a suggestion of an input method (Safari says so by key code 229 alone).
 */
export const isSendKey = ({ key, shiftKey, isComposing, keyCode }: KeyboardEvent): boolean =>
  key === 'Enter' && !shiftKey && !isComposing && keyCode !== 229
