/** Predictions of a run for its test examples after its newest epoch. */
import { z } from 'zod'
import { read } from '../call'
import { ofRun } from '../ids'

/** A misclassified test example. `index` counts the run's test examples from 0. */
export const mistake = z.object({
  index: z.int().min(0),
  label: z.int().min(0),
  predicted: z.int().min(0),
  confidence: z.number().min(0).max(1),
})
export type Mistake = z.infer<typeof mistake>

/** Predictions of a run for its test examples after its newest epoch. */
export const evaluation = z.object({
  epoch: z.int().min(1),
  classes: z.int().min(2).max(1000),
  /** [true class][predicted class], row after row: counts of examples. */
  confusion: z.array(z.int().min(0)),
  /** The most confident mistakes, in descending order. */
  mistakes: z.array(mistake),
})
export type Evaluation = z.infer<typeof evaluation>

export const evaluationCalls = {
  /** Null before the first epoch is finished. */
  'runs.evaluation': read(ofRun, evaluation.nullable()),
  /** The images of the newest evaluation's mistakes, in the same order; pixels as in `datasets.samples`. */
  'runs.mistakes': read(ofRun, z.object({ epoch: z.int(), pictures: z.array(z.string()) })),
} as const
