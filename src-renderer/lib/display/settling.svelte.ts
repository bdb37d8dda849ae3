/** A value that follows another once that rests: what is typed asks nothing for every letter. */

export interface Settling<T> {
  readonly value: T | null
}

/**
 * Call while a component is set up.
 * @param source null leaves the value as it was
 * @param restMs how long `source` must stay the same
 */
export function settling<T>(source: () => T | null, restMs: number): Settling<T> {
  let value = $state.raw(source())
  $effect(() => {
    const next = source()
    if (next === null) return
    const timer = setTimeout(() => (value = next), restMs)
    return () => clearTimeout(timer)
  })
  return {
    get value() {
      return value
    },
  }
}
