/** Measurements of a machine that are stored, so that a run and its repetition compute in the same way. */
import { z } from 'zod'
import { precision } from '../experiment'

/**
 * An alternative must need less than this share of the default's time to be chosen: noise of one measurement should not
 * decide a tie.
 */
export const margin = 0.95

/** Upper limit of plausible counts; larger numbers mean a corrupt file. */
const count = z.int().min(1).max(4096).nullable()

/** TensorFlow's thread pools: threads within an operation, and parallel operations. Null: TensorFlow's default. */
export const threadCounts = z.strictObject({ intraOp: count, interOp: count })
export type ThreadCounts = z.infer<typeof threadCounts>

export const defaultThreads: ThreadCounts = { intraOp: null, interOp: null }

/** Times of one machine's training steps by thread counts. */
export const threadTimes = z.strictObject({
  at: z.iso.datetime(),
  /** 'cpu' or the GPU's name, as the timed processes reported it. */
  device: z.string(),
  /** Precision of the timed ResNet-20. */
  precision,
  batch: z.int().min(1),
  /** The counts that TensorFlow chooses by default on this machine. */
  own: z.strictObject({ intraOp: z.int().min(1), interOp: z.int().min(1) }),
  /** TensorFlow's default first. */
  candidates: z
    .array(
      z.strictObject({
        threads: threadCounts,
        /** Median of the steps in milliseconds. */
        msStep: z.number().positive(),
        /** Ratio to the time of TensorFlow's default: median over the rounds of the ratio within a round. */
        ratio: z.number().positive(),
      }),
    )
    .min(1),
  /** Times of several trainers at once, which share the cores; missing if only thread counts were measured. */
  parallel: z
    .array(
      z.strictObject({
        count: z.int().min(1),
        /** Images per second of all of them, relative to one trainer. */
        ratio: z.number().positive(),
      }),
    )
    .optional(),
})
export type ThreadTimes = z.infer<typeof threadTimes>

/** The times of one machine, or a sentence why there are none. */
export const threadTuning = z.union([
  threadTimes,
  z.strictObject({
    at: z.iso.datetime(),
    problem: z.string().max(1000),
    /** The problem ends with another training: it is not remembered, and the setup measures again the next time. */
    temporary: z.boolean().optional(),
  }),
])
export type ThreadTuning = z.infer<typeof threadTuning>
