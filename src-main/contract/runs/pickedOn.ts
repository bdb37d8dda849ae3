/** The set that the best epoch of a run is chosen on. Its texts are in `analysis/statistics/picked.ts`. */

/** The sets that a best epoch can be chosen on, with their names in manifests. */
export const pickedSets = { validation: 'validation set', test: 'test set' } as const
export type PickedOn = keyof typeof pickedSets
export const pickedOnValues = Object.keys(pickedSets) as PickedOn[]

/** The rule, for lists that contain runs of both kinds. */
export const pickedRule = 'chosen on validation examples if the run holds some out, otherwise on the test set'

/** Returns the set that the best epoch of a run was chosen on; null before its first epoch. */
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
