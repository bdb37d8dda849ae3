/** Training a run again to check that its numbers come out the same. */
import { z } from 'zod'
import { read } from '../call'
import { ofRun, runId } from '../ids'
import { environment } from '../runs/environment'
import { runSummary } from '../runs/runs'

/** Under which circumstances something was computed, then and now. */
export const circumstance = z.object({ what: z.string(), then: z.string(), now: z.string() })
export type Circumstance = z.infer<typeof circumstance>

export const verification = z.object({
  runId,
  /** How much of the run was trained again. */
  extent: z.enum(['whole', 'epochs', 'steps']),
  epochs: z.int().min(0),
  steps: z.int().min(0),
  same: z.boolean(),
  /** How many finished epochs and sampled steps were held against each other. */
  compared: z.object({ epochs: z.int(), steps: z.int(), weights: z.boolean() }),
  /** What differs, in sentences; empty where it came out the same. */
  differences: z.array(z.string()),
  /** What was otherwise than when the run was trained: what explains a difference, if anything does. */
  circumstances: z.array(circumstance),
  /** What is known of the run or the machine that bears on the answer, in sentences. */
  remarks: z.array(z.string()),
  /** What it was trained again on. */
  environment,
  weightsSha256: z.string().nullable(),
  seconds: z.number(),
  /** Whether the verdict is among the run's events: not where the history was only looked at. */
  kept: z.boolean(),
})
export type Verification = z.infer<typeof verification>

/** What of a run can be trained again, and how long that takes, told from the run's own times. */
export const verifiable = z.object({
  runId,
  /** How far it is compared at most: a run that is not done as far as it came. */
  extent: verification.shape.extent,
  epochs: z.int().min(0),
  steps: z.int().min(0),
  /** From a trainer's start to its first step; a guess where the run did not tell. */
  startupSeconds: z.number(),
  /** Mean over its finished epochs, evaluation included; null before the first. */
  epochSeconds: z.number().nullable(),
  /** Of the steps beyond its last finished epoch. */
  restSeconds: z.number(),
  /** Processor or GPU that those times are of; null where that is not known. */
  trainedOn: z.string().nullable(),
  /** Whether this machine has that processor, and the run was trained on it; null where that can't be told. */
  here: z.boolean().nullable(),
  /** The run that trains now, for which a verification waits. */
  training: runSummary.nullable(),
})
export type Verifiable = z.infer<typeof verifiable>

const whole = z.int('a whole number').min(1, 'at least 1')

export const verificationCalls = {
  /** What `publish.verify` would do. */
  'publish.verifiable': read(ofRun, verifiable),
  /**
   * Trains a run again, or its first steps or epochs, and compares the results. Waits for the running run, and holds
   * the queue meanwhile, unless `parallel` is set.
   */
  'publish.verify': read(
    z.strictObject({
      id: runId,
      steps: whole.max(1e9, 'at most 1000000000').nullable().default(null),
      epochs: whole.max(10000, 'at most 10000').nullable().default(null),
      parallel: z.boolean().default(false),
    }),
    verification,
  ),
} as const
