/** Windowing of a long table with rows of one height: only what can be seen is in the page. Pure. */

export interface Slice {
  /** Index of the first row to render, and one past the last. */
  first: number
  end: number
  /** Height in pixels of what is left out above and below. */
  above: number
  below: number
}

/**
 * @param scrollTop pixels scrolled within the rows; may lie outside them for a moment, when the table got shorter
 * @param extra rows rendered beyond either edge, so that a fast scroll shows no gap
 */
export function slice(scrollTop: number, viewport: number, rowHeight: number, rows: number, extra = 12): Slice {
  const seen = Math.ceil(Math.max(0, viewport) / rowHeight)
  const top = Math.min(Math.max(0, Math.floor(scrollTop / rowHeight)), Math.max(0, rows - seen))
  const first = Math.max(0, top - extra)
  const end = Math.min(rows, top + seen + 1 + extra)
  return { first, end, above: first * rowHeight, below: (rows - end) * rowHeight }
}
