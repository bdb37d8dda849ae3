/** Training a run again to check that its results are identical. */
import { z } from 'zod'
import { read } from '../call'
import { ofRun, runId } from '../ids'
import { environment } from '../runs/environment'
import { runSummary } from '../runs/runs'

/** A circumstance of a computation, then and now. */
export const circumstance = z.object({ what: z.string(), then: z.string(), now: z.string() })
export type Circumstance = z.infer<typeof circumstance>

export const verification = z.object({
  runId,
  /** How much of the run was trained again. */
  extent: z.enum(['whole', 'epochs', 'steps']),
  epochs: z.int().min(0),
  steps: z.int().min(0),
  same: z.boolean(),
  /** Numbers of finished epochs and sampled steps that were compared. */
  compared: z.object({ epochs: z.int(), steps: z.int(), weights: z.boolean() }),
  /** What differs, in sentences; empty if the results are identical. */
  differences: z.array(z.string()),
  /** Circumstances that have changed since the run was trained: possible reasons of a difference. */
  circumstances: z.array(circumstance),
  /** Limits of the verdict, in sentences. */
  remarks: z.array(z.string()),
  /** Device of the second training. */
  environment,
  weightsSha256: z.string().nullable(),
  seconds: z.number(),
  /** Whether the verdict was added to the run's events; false if the history is read-only. */
  kept: z.boolean(),
})
export type Verification = z.infer<typeof verification>

/** How much of a run can be trained again and how long that takes, estimated from the run's own times. */
export const verifiable = z.object({
  runId,
  /** The point up to which it can be compared: for an unfinished run, its last recorded epoch or step. */
  extent: verification.shape.extent,
  epochs: z.int().min(0),
  steps: z.int().min(0),
  /** Seconds from a trainer's start to its first step; estimated if the run did not record them. */
  startupSeconds: z.number(),
  /** Mean over its finished epochs, evaluation included; null before the first. */
  epochSeconds: z.number().nullable(),
  /** Seconds of the steps after its last finished epoch. */
  restSeconds: z.number(),
  /** Whether the run trained next to another training: its times are longer than those of a run alone. */
  sharedMachine: z.boolean(),
  /** Processor or GPU of these times; null if unknown. */
  trainedOn: z.string().nullable(),
  /** Whether this machine has that processor and the run was trained on it; null if unknown. */
  here: z.boolean().nullable(),
  /** The running run, for which a verification waits. */
  training: runSummary.nullable(),
  /**
   * The process of another program that trains runs of another data directory on this machine, or verifies one. A
   * verification does not wait for it.
   */
  otherProgram: z.int().nullable(),
})
export type Verifiable = z.infer<typeof verifiable>

const whole = z.int('a whole number').min(1, 'at least 1')

export const verificationCalls = {
  /** What `publish.verify` would do. */
  'publish.verifiable': read(ofRun, verifiable),
  /**
   * Trains a run again, or its first steps or epochs, and compares the results. Waits for the running run, and delays
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
