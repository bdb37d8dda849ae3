import { expect, it } from 'vitest'
import { runWith } from '../../../../src-main/analysis/testing'
import { runName, runWhere } from './choice'

it('names a run by what distinguishes it from the others', () => {
  const run = runWith({
    variant: 'mcnn-f',
    arch: 'resnet-32',
    seed: 7,
    dataset: 'cifar-10',
    epochsDone: 3,
    epochs: 200,
    studyName: 'Table I',
  })
  expect(runName(run)).toBe('mcnn-f · R32 · seed 7')
  expect(runWhere(run)).toBe('CIFAR-10 · 3 of 200 epochs · Table I')
})
