/** Mounts the parts of a page over several frames, so that no single frame takes long. */
import { flushSync, untrack } from 'svelte'
import { Pace } from './pace'
import { repeatInFrames } from './frameTasks'

export interface IncrementalMount {
  /** Number of parts to render now; grows up to the total. */
  readonly shown: number
}

/**
 * Call during component initialisation.
 * @param total number of parts
 * @param first parts in the first frame
 * @param restart starts again from `first` when this value changes
 */
export function mountIncrementally(
  total: () => number,
  first: number,
  restart: () => string | boolean = () => false,
): IncrementalMount {
  let shown = $state(first)
  let pace = new Pace(first)
  let growing = false
  let destroyed = false
  let cancel = (): void => undefined

  const grow = (leftMs: number): boolean => {
    pace.make(leftMs, (parts) => {
      const before = shown
      // Stop at the total: parts that are added later are mounted incrementally too.
      shown = Math.min(before + parts, untrack(total))
      const made = shown - before
      flushSync()
      return made
    })
    // Mounting a part may have closed the page.
    growing = !destroyed && shown < untrack(total)
    return growing
  }
  const restartKey = $derived(restart())
  let lastKey = untrack(() => restartKey)
  $effect.pre(() => {
    if (restartKey === lastKey) return
    lastKey = restartKey
    shown = first
    // The old pace may have timed empty placeholders.
    pace = new Pace(first)
  })
  $effect(() => {
    if (shown >= total() || growing) return
    growing = true
    cancel = repeatInFrames(grow)
  })
  $effect(() => () => {
    destroyed = true
    cancel()
  })
  return {
    get shown() {
      return shown
    },
  }
}
