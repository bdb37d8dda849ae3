/** The part of the x axis that a chart shows: zooming and panning. Pure. */
export type View = readonly [number, number]

/** The smallest part of the whole that can be zoomed to. */
const closest = 1 / 1000

/** Around `at`, `factor` times as wide: under 1 is closer. Null where that is everything. */
export function zoomed(view: View | null, whole: View, at: number, factor: number): View | null {
  const [low, high] = view ?? whole
  const width = Math.max((high - low) * factor, (whole[1] - whole[0]) * closest)
  const share = high > low ? Math.min(1, Math.max(0, (at - low) / (high - low))) : 0.5
  const from = Math.max(whole[0], Math.min(whole[1] - width, at - share * width))
  return within([from, from + width], whole)
}

/** Moved by a share of its width, not beyond the ends. */
export function panned(view: View | null, whole: View, share: number): View | null {
  if (view === null) return null
  const width = view[1] - view[0]
  const by = Math.min(whole[1] - view[1], Math.max(whole[0] - view[0], share * width))
  return within([view[0] + by, view[1] + by], whole)
}

/** What was dragged over, in any order; null (no change is meant) where it is next to nothing. */
export function dragged(from: number, to: number, whole: View): View | null {
  const [low, high] = from < to ? [from, to] : [to, from]
  return high - low < (whole[1] - whole[0]) * closest ? null : within([low, high], whole)
}

function within([low, high]: View, whole: View): View | null {
  const view: View = [Math.max(low, whole[0]), Math.min(high, whole[1])]
  return view[0] <= whole[0] && view[1] >= whole[1] ? null : view
}
