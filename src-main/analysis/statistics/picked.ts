/**
 * What a best epoch is picked on: the one source of this fact and of its words. An accuracy on the set that picked the
 * epoch is too high; the test accuracy of an epoch that validation examples picked is an honest estimate. Pure.
 */
import { pickedOnValues, pickedRule, pickedSets, type PickedOn } from '../../contract/runs/pickedOn'

export { pickedRule, runPickedOn } from '../../contract/runs/pickedOn'
export type { PickedOn }

interface PickedWords {
  /** For table cells: 'val.'. */
  short: string
  /** For sentences and labels: 'picked on validation'. */
  phrase: string
}

export const pickedWords: Readonly<Record<PickedOn, PickedWords>> = {
  validation: { short: 'val.', phrase: 'picked on validation' },
  test: { short: 'test', phrase: `picked on the ${pickedSets.test}` },
}

/** Returns the fact for a config, a group or a row of a comparison. */
export function pickedOn({ validationExamples }: { validationExamples?: number | null | undefined }): PickedOn {
  return (validationExamples ?? 0) > 0 ? 'validation' : 'test'
}

/** Returns what the best epochs of all these runs or rows mean, in one sentence; empty if there are none. */
export function pickedSentence(all: readonly (PickedOn | null)[]): string {
  const kinds = pickedOnValues.filter((kind) => all.includes(kind))
  if (kinds.length > 1)
    return `The best epoch is ${pickedRule}; an accuracy of an epoch ${pickedWords.test.phrase} is not a result.`
  if (kinds[0] === undefined) return ''
  return `The best epoch is ${pickedWords[kinds[0]].phrase}, so ${kinds[0] === 'validation' ? 'its test accuracy is an unbiased estimate' : 'its accuracy is not a result'}.`
}
