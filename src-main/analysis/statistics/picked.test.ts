import { describe, expect, it } from 'vitest'
import { pickedOn, pickedSentence, runPickedOn } from './picked'

describe('data that chose the best epoch', () => {
  it('is determined by the config’s validation examples', () => {
    expect([undefined, null, 0, 40].map((validationExamples) => pickedOn({ validationExamples }))).toEqual([
      'test',
      'test',
      'test',
      'validation',
    ])
  })

  it('is determined by a run’s best epoch, and is null before the first', () => {
    expect(runPickedOn({ bestEpoch: null, bestValidationAccuracy: null })).toBeNull()
    expect(runPickedOn({ bestEpoch: 2 })).toBe('test')
    expect(runPickedOn({ bestEpoch: 2, bestValidationAccuracy: null })).toBe('test')
    expect(runPickedOn({ bestEpoch: 2, bestValidationAccuracy: 0 })).toBe('validation')
  })

  it('is stated for lists of one kind and of both', () => {
    expect(pickedSentence(['validation', null])).toBe(
      'The best epoch is chosen on validation, so its test accuracy is an unbiased estimate.',
    )
    expect(pickedSentence(['test'])).toBe('The best epoch is chosen on the test set, so its accuracy is not a result.')
    expect(pickedSentence(['test', 'validation'])).toMatch(
      /^The best epoch is chosen on validation examples if the run holds some out, otherwise on the test set; /,
    )
    expect(pickedSentence([null])).toBe('')
  })
})
