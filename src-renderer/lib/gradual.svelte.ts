/** Parts of a page that are made over several frames, so that none takes long. */
import { flushSync, untrack } from 'svelte'

/** What the making of new parts may take of a frame; their layout and painting come on top. */
const budgetMs = 8
const mostAtOnce = 64

export interface Gradual {
  /** So many may be made by now. */
  readonly shown: number
}

/**
 * Call while a component is set up.
 * @param total parts in all
 * @param first as many in the first frame
 * @param restart begins anew where this value changes
 */
export function gradually(total: () => number, first: number, restart: () => string | boolean = () => false): Gradual {
  let shown = $state(first)
  let frame = 0
  let atOnce = first
  let ended = false
  const grow = (): void => {
    // Until the end of this, for what is made asks whether more is under way.
    const began = performance.now()
    shown += atOnce
    flushSync()
    const took = Math.max(0.1, performance.now() - began)
    atOnce = Math.min(mostAtOnce, Math.max(1, Math.floor(Math.min(2 * atOnce, (atOnce * budgetMs) / took))))
    frame = !ended && shown < untrack(total) ? requestAnimationFrame(grow) : 0
  }
  const beginning = $derived(restart())
  let begun = untrack(() => beginning)
  $effect.pre(() => {
    if (beginning === begun) return
    begun = beginning
    shown = first
    atOnce = first
  })
  $effect(() => {
    const more = shown < total()
    if (more && frame === 0) frame = requestAnimationFrame(grow)
  })
  $effect(() => () => {
    ended = true
    cancelAnimationFrame(frame)
  })
  return {
    get shown() {
      return shown
    },
  }
}
