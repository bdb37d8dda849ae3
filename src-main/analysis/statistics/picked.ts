/**
 * The set that a best epoch is chosen on: the only source of this fact and its texts. Accuracy on the set that chose
 * the epoch is optimistic; the test accuracy of an epoch that validation examples chose is an unbiased estimate. Pure.
 */
import { pickedOnValues, pickedRule, pickedSets, type PickedOn } from '../../contract/runs/pickedOn'

export { pickedRule, runPickedOn } from '../../contract/runs/pickedOn'
export type { PickedOn }

interface PickedWords {
  /** For table cells: 'val.'. */
  short: string
  /** For sentences and labels: 'chosen on validation'. */
  phrase: string
}

export const pickedWords: Readonly<Record<PickedOn, PickedWords>> = {
  validation: { short: 'val.', phrase: 'chosen on validation' },
  test: { short: 'test', phrase: `chosen on the ${pickedSets.test}` },
}

/** Returns the fact for a config, a group or a row of a comparison. */
export function pickedOn({ validationExamples }: { validationExamples?: number | null | undefined }): PickedOn {
  return (validationExamples ?? 0) > 0 ? 'validation' : 'test'
}

/** Returns one sentence about the best epochs of all these runs or rows; empty if there are none. */
export function pickedSentence(all: readonly (PickedOn | null)[]): string {
  const kinds = pickedOnValues.filter((kind) => all.includes(kind))
  if (kinds.length > 1)
    return `The best epoch is ${pickedRule}; an accuracy of an epoch ${pickedWords.test.phrase} is not a result.`
  if (kinds[0] === undefined) return ''
  return `The best epoch is ${pickedWords[kinds[0]].phrase}, so ${kinds[0] === 'validation' ? 'its test accuracy is an unbiased estimate' : 'its accuracy is not a result'}.`
}
