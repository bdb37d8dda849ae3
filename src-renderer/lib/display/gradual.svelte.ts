/** Parts of a page that are made over several frames, so that none takes long. */
import { flushSync, untrack } from 'svelte'
import { Pace } from './pace'
import { inTurns } from './turns'

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
  let pace = new Pace(first)
  let growing = false
  let ended = false
  let takeBack = (): void => undefined

  const grow = (leftMs: number): boolean => {
    pace.make(leftMs, (parts) => {
      const before = shown
      // No further than there is: what comes later is made part by part too.
      shown = Math.min(before + parts, untrack(total))
      const made = shown - before
      flushSync()
      return made
    })
    // What was made may have closed the page.
    growing = !ended && shown < untrack(total)
    return growing
  }
  const beginning = $derived(restart())
  let begun = untrack(() => beginning)
  $effect.pre(() => {
    if (beginning === begun) return
    begun = beginning
    shown = first
    // What was made before may have been less: a page that waits has none of its parts.
    pace = new Pace(first)
  })
  $effect(() => {
    if (shown >= total() || growing) return
    growing = true
    takeBack = inTurns(grow)
  })
  $effect(() => () => {
    ended = true
    takeBack()
  })
  return {
    get shown() {
      return shown
    },
  }
}
