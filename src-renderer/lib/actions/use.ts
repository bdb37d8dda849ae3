/** Reports to the service that a person uses the window: trainers give way meanwhile. */
import { call } from '../data/client'

/** More often than the service lets a report hold (`system.reportUse`). */
const reportEveryMs = 1000
/** What a person does; scrolling by itself and events of the service are no use. */
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
  // A window that opens has the most to do.
  report()
}
