import fc from 'fast-check'

/** A position as a fraction, because inputs differ in length. */
export const position = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
