/** A value that follows another one after a pause, so that typing does not send a request per letter. */

export interface Debounced<T> {
  readonly value: T | null
}

/**
 * Call during component initialisation.
 * @param source null keeps the last value
 * @param restMs how long `source` must stay unchanged, in ms
 */
export function debounce<T>(source: () => T | null, restMs: number): Debounced<T> {
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
