/**
 * The sets that a best epoch can be picked on, with their names in manifests. Words and rules: `analysis/picked.ts`.
 */
export const pickedSets = { validation: 'validation set', test: 'test set' } as const
export type PickedOn = keyof typeof pickedSets
export const pickedOnValues = Object.keys(pickedSets) as PickedOn[]
