/** The user's choices about the window, stored by the shell. */
import { z } from 'zod'

export const themes = ['system', 'light', 'dark'] as const
export const theme = z.enum(themes)
export type ThemeChoice = z.infer<typeof theme>

/** Zoom steps, as factors. */
export const zoomSteps = [0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2] as const
const smallest = zoomSteps[0]
const largest = 2

/** Whether to resume, at the next start, runs that were interrupted when the program closed. */
export const interruptedRunsChoices = ['ask', 'resume'] as const

export const preferences = z.object({
  theme,
  zoom: z.number().min(smallest).max(largest),
  interruptedRuns: z.enum(interruptedRunsChoices),
})
export type Preferences = z.infer<typeof preferences>
export const defaultPreferences: Preferences = { theme: 'system', zoom: 1, interruptedRuns: 'ask' }

/** Returns the next larger (1) or smaller (-1) step. The factor may lie between two steps. */
export function nextZoom(factor: number, direction: 1 | -1): number {
  // A factor that was stored as float32 differs slightly from its step.
  const tolerance = 0.001
  const steps =
    direction === 1
      ? zoomSteps.filter((step) => step > factor + tolerance)
      : zoomSteps.filter((step) => step < factor - tolerance).reverse()
  return steps[0] ?? (direction === 1 ? largest : smallest)
}
