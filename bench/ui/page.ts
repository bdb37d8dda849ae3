/**
 * What is timed within the page: from an act to the frame that shows what it was for. Runs in the window; plain
 * functions, no imports.
 */

/** Of the page's own world, of which the benchmark has no types. */
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
  /** An address to go to, or a selector to click. */
  hash?: string
  click?: string
  /** At least so many of these are in the page, */
  selector: string
  least: number
  /** nothing of this is (what is on its way), */
  without: string
  /** and the first one's text is another than before. */
  changed: boolean
  limitMs: number
}

/** Milliseconds; NaN where it never came about. */
export async function timeInPage({ hash, click, selector, least, without, changed, limitMs }: Timed): Promise<number> {
  const page = globalThis as unknown as PageWorld
  const frame = (): Promise<void> => new Promise((resolve) => page.requestAnimationFrame(() => resolve()))
  const before = page.document.querySelector(selector)?.textContent
  await frame()
  const start = page.performance.now()
  if (hash !== undefined) page.location.hash = hash
  if (click !== undefined) page.document.querySelector(click)?.click()
  for (;;) {
    // The frame after the one in which it is there: it has been painted.
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
