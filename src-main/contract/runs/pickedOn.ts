/**
 * What the best epoch of a run is picked on. Its words are in `analysis/statistics/picked.ts`.
 */

/** The sets that a best epoch can be picked on, with their names in manifests. */
export const pickedSets = { validation: 'validation set', test: 'test set' } as const
export type PickedOn = keyof typeof pickedSets
export const pickedOnValues = Object.keys(pickedSets) as PickedOn[]

/** The rule, for lists that hold runs of both kinds. */
export const pickedRule = 'picked on validation examples if the run holds some out, otherwise on the test set'

/** Returns what the best epoch of a run was picked on; null before its first epoch. */
export function runPickedOn({
  bestEpoch,
  bestValidationAccuracy,
}: {
  bestEpoch: number | null
  bestValidationAccuracy?: number | null | undefined
}): PickedOn | null {
  if (bestEpoch === null) return null
  return typeof bestValidationAccuracy === 'number' ? 'validation' : 'test'
}
