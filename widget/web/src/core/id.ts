/**
 * A random id for a message, of 128 bits. Not crypto.randomUUID, which browsers have
 * on https pages alone: a page on plain http must not lose a word.
 */
export const newId = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-')
