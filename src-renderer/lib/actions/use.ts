/** Reports to the service that a person uses the window, so that trainers give way further. */
import { call } from '../data/client'

/** A report counts for 3 s in the service (`system.reportUse`). */
const reportEveryMs = 1000
/** Events that only a person causes; the page itself may scroll, and the service sends events. */
const acts = ['pointermove', 'pointerdown', 'wheel', 'keydown', 'hashchange'] as const

/** Call once, when the window starts. */
export function startUseReports(): void {
  let last = -Infinity
  const report = (): void => {
    const now = performance.now()
    if (now - last < reportEveryMs) return
    last = now
    // A service that has ended has no trainers.
    void call('system.reportUse', {}).catch(() => undefined)
  }
  for (const act of acts) window.addEventListener(act, report, { capture: true, passive: true })
  // Opening the window is use: its first page takes the most work.
  report()
}
