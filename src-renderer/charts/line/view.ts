/** The visible part of a chart's x axis: zooming and panning. Pure. */
export type View = readonly [number, number]

/** The smallest share of the axis that can be shown. */
const closest = 1 / 1000

/** Zooms around `at` to `factor` times the width: below 1 is closer. Returns null for the complete axis. */
export function zoomed(view: View | null, whole: View, at: number, factor: number): View | null {
  const [low, high] = view ?? whole
  const width = Math.max((high - low) * factor, (whole[1] - whole[0]) * closest)
  const share = high > low ? Math.min(1, Math.max(0, (at - low) / (high - low))) : 0.5
  const from = Math.max(whole[0], Math.min(whole[1] - width, at - share * width))
  return within([from, from + width], whole)
}

/** Moves by a share of the width, not beyond the ends. */
export function panned(view: View | null, whole: View, share: number): View | null {
  if (view === null) return null
  const width = view[1] - view[0]
  const by = Math.min(whole[1] - view[1], Math.max(whole[0] - view[0], share * width))
  return within([view[0] + by, view[1] + by], whole)
}

/** Returns the dragged range; null if it is too small to be intended. */
export function dragged(from: number, to: number, whole: View): View | null {
  const [low, high] = from < to ? [from, to] : [to, from]
  return high - low < (whole[1] - whole[0]) * closest ? null : within([low, high], whole)
}

function within([low, high]: View, whole: View): View | null {
  const view: View = [Math.max(low, whole[0]), Math.min(high, whole[1])]
  return view[0] <= whole[0] && view[1] >= whole[1] ? null : view
}
