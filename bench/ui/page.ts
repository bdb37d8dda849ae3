/**
 * Measures, within the page, the time from an action to the frame that shows its result. Runs in the window; plain
 * functions, no imports.
 */

/** Globals of the page, for which the benchmark has no types. */
export interface PageWorld {
  location: { hash: string }
  document: {
    querySelector: (selector: string) => { textContent: string; click: () => void } | null
    querySelectorAll: (selector: string) => ArrayLike<unknown>
  }
  requestAnimationFrame: (callback: () => void) => void
  performance: { now: () => number; timeOrigin: number }
}

export interface Timed {
  /** An address to open, or a selector to click. */
  hash?: string
  click?: string
  /** Waits until at least this many of these exist, */
  selector: string
  least: number
  /** none of these exists (loading indicators), */
  without: string
  /** and the text of the first one has changed. */
  changed: boolean
  limitMs: number
}

/** Milliseconds; NaN if it never happened. */
export async function timeInPage({ hash, click, selector, least, without, changed, limitMs }: Timed): Promise<number> {
  const page = globalThis as unknown as PageWorld
  const frame = (): Promise<void> => new Promise((resolve) => page.requestAnimationFrame(() => resolve()))
  const before = page.document.querySelector(selector)?.textContent
  await frame()
  const start = page.performance.now()
  if (hash !== undefined) page.location.hash = hash
  if (click !== undefined) page.document.querySelector(click)?.click()
  for (;;) {
    // The frame after the one that contains it: it has been painted.
    await frame()
    const there =
      page.document.querySelectorAll(selector).length >= least && page.document.querySelector(without) === null
    if (there && (!changed || page.document.querySelector(selector)?.textContent !== before)) {
      await frame()
      return page.performance.now() - start
    }
    if (page.performance.now() - start > limitMs) return NaN
  }
}
