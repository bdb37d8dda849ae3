/** The comparison of a study: means over seeds, differences from the baseline and their tests. */
import { z } from 'zod'
import { none, read } from '../call'
import { arch, datasetId, precision } from '../experiment'
import { ofStudy, studyId } from '../ids'
import { runState } from '../runs/states'
import { variant } from '../variants/variants'

/** A mean over seeds; std (n − 1) is null for fewer than two. */
export const spread = z.object({
  mean: z.number(),
  std: z.number().nullable(),
  n: z.int().min(1),
  values: z.array(z.number()),
})
export type Spread = z.infer<typeof spread>

/** A two-sided t test of a difference against 0. */
export const testResult = z.object({
  t: z.number(),
  degrees: z.number(),
  p: z.number().min(0).max(1),
  /** p after Holm's correction for all comparisons of the table. */
  corrected: z.number().min(0).max(1),
})
export type TestResult = z.infer<typeof testResult>

export const comparisonCell = z.object({
  variant,
  /** Test accuracy of the last epoch over finished runs, as fractions; null without one. */
  accuracy: spread.nullable(),
  /** 95 % interval (Student's t) of its mean, as fractions; null under three seeds, or if all accuracies are equal. */
  accuracyInterval: z.tuple([z.number(), z.number()]).nullable(),
  /**
   * Test accuracy of the best epoch, which is chosen on the row's validation examples or, without any, on the test set.
   */
  bestAccuracy: spread.nullable(),
  /** Baseline mean − this mean in percentage points, as in Table I: negative is better than the baseline. */
  accuracyDrop: z.number().nullable(),
  /** 95 % interval (Welch) of the drop in points; null under three seeds on either side. */
  accuracyDropInterval: z.tuple([z.number(), z.number()]).nullable(),
  /** Welch's test of the drop; null if there is no interval. */
  test: testResult.nullable(),
  /** Why there is no test, in words; null if there is one, and for the baseline. */
  untested: z.string().nullable(),
  /** The drop over seeds that both sides have finished, as paired differences; null without such a seed. */
  paired: z
    .object({
      drop: z.number(),
      pairs: z.int().min(1),
      interval: z.tuple([z.number(), z.number()]).nullable(),
      test: testResult.nullable(),
      untested: z.string().nullable(),
    })
    .nullable(),
  /**
   * The smallest true difference in points that this number of seeds with this spread would detect (two-sided t test at
   * 5 %, power 80 %); null if it is undefined.
   */
  smallestVisible: z.number().nullable(),
  /** Milliseconds per training step, from each counted run's mean speed; null if none was measured. */
  stepMs: spread.nullable(),
  /** How many of these runs trained next to another training: their times are longer than those of a run alone. */
  stepMsShared: z.int().min(0),
  trainableParameters: z.int(),
  trainableFilters: z.int(),
  /** Trainable filters of the first and the last convolution, as in Table II. */
  firstLayerFilters: z.int(),
  lastLayerFilters: z.int(),
  multiplications: z.int(),
  /** Number of this cell's runs by state, so that none is omitted silently. */
  counts: z.record(runState, z.int()),
})
export type ComparisonCell = z.infer<typeof comparisonCell>

export const comparisonRow = z.object({
  dataset: datasetId,
  arch,
  epochs: z.int(),
  trainExamples: z.int(),
  testExamples: z.int(),
  /** Training examples held out to choose the best epoch on; 0 or missing if it is chosen on the test set. */
  validationExamples: z.int().optional(),
  precision,
  cells: z.array(comparisonCell),
  /** Number of machines that trained the counted runs: times of several machines cannot be averaged. */
  machines: z.int().min(0),
  /** What the data can and cannot support, in sentences. */
  note: z.string(),
})
export type ComparisonRow = z.infer<typeof comparisonRow>

export const comparison = z.object({
  studyId,
  studyName: z.string(),
  /**
   * Size of the family for Holm's correction: every variant of every row against its baseline, already tested or not.
   */
  comparisons: z.int().min(0),
  rows: z.array(comparisonRow),
})
export type Comparison = z.infer<typeof comparison>

/** The one difference that the list of studies shows of each study. */
export const finding = z.object({
  studyId,
  dataset: datasetId,
  arch,
  variant,
  /** As in the comparison: baseline − variant in points, with its 95 % interval. */
  drop: z.number(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
  /** Welch's two-sided p after Holm's correction for all `comparisons` of the study; null if the interval is. */
  corrected: z.number().min(0).max(1).nullable(),
  comparisons: z.int().min(1),
  /** Number of seeds of the baseline and of the variant. */
  seeds: z.tuple([z.int(), z.int()]),
})
export type Finding = z.infer<typeof finding>

export const comparisonCalls = {
  'studies.compare': read(ofStudy, comparison),
  /** For each study with results of a baseline and a variant, the first such difference of its comparison. */
  'studies.findings': read(none, z.array(finding)),
} as const
