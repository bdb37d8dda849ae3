/** What a person chose about the window, kept by the shell. */
import { z } from 'zod'

export const themes = ['system', 'light', 'dark'] as const
export const theme = z.enum(themes)
export type ThemeChoice = z.infer<typeof theme>

/** Steps of the zoom as factors, 1 among them. */
export const zoomSteps = [0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2] as const
const smallest = zoomSteps[0]
const largest = 2

/** What becomes of runs that the program's end cut short, at its next start. */
export const cutShortChoices = ['ask', 'resume'] as const

export const preferences = z.object({
  theme,
  zoom: z.number().min(smallest).max(largest),
  cutShort: z.enum(cutShortChoices),
})
export type Preferences = z.infer<typeof preferences>
export const usualPreferences: Preferences = { theme: 'system', zoom: 1, cutShort: 'ask' }

/** The step after (or before) a factor, which may lie between steps; the last one stays. */
export function nextZoom(factor: number, direction: 1 | -1): number {
  // A factor that went through a float32 is not quite its step.
  const apart = 0.001
  const steps =
    direction === 1
      ? zoomSteps.filter((step) => step > factor + apart)
      : zoomSteps.filter((step) => step < factor - apart).reverse()
  return steps[0] ?? (direction === 1 ? largest : smallest)
}
