/** What a best epoch was picked on, in words: on the test set its accuracy is too good, on held-out examples it is honest. Pure. */

export type PickedOn = 'validation' | 'test'

/** Of a row of a comparison. */
export function pickedOn({ validationExamples }: { validationExamples?: number | undefined }): PickedOn {
  return (validationExamples ?? 0) > 0 ? 'validation' : 'test'
}

/** Of a run; before its first epoch it is not told. */
export function runPickedOn({ bestEpoch, bestValidationAccuracy }: { bestEpoch: number | null; bestValidationAccuracy?: number | null | undefined }): PickedOn | null {
  if (bestEpoch === null) return null
  return typeof bestValidationAccuracy === 'number' ? 'validation' : 'test'
}

export const pickedWords: Record<PickedOn, string> = { validation: 'picked on validation', test: 'picked on the test set' }
