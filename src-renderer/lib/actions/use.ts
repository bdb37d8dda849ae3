/** Reports to the service that the window is in use, so that trainers yield more processor time. */
import { call } from '../data/client'

/** A report counts for 3 s in the service (`system.reportUse`). */
const reportEveryMs = 1000
/** Events that only a user causes; pages can scroll by themselves, and the service sends events. */
const acts = ['pointermove', 'pointerdown', 'wheel', 'keydown', 'hashchange'] as const

/** Call once, when the window starts. */
export function startUseReports(): void {
  let last = -Infinity
  const report = (): void => {
    const now = performance.now()
    if (now - last < reportEveryMs) return
    last = now
    // A stopped service has no trainers.
    void call('system.reportUse', {}).catch(() => undefined)
  }
  for (const act of acts) window.addEventListener(act, report, { capture: true, passive: true })
  // Opening the window counts as use: its first page takes the most time.
  report()
}
