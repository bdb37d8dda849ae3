/** What is measured of a machine once and then remembered, so that a run and its repetition take the same way. */
import { z } from 'zod'
import { precision } from '../experiment'

/**
 * What another way than the usual may take of the usual one's time to be taken: a tie should not turn on the noise of
 * one measurement.
 */
export const margin = 0.95

/** No machine has more; a file that says so is damaged. */
const count = z.int().min(1).max(4096).nullable()

/** TensorFlow's thread pools: threads that share an op, and ops that run side by side. Null leaves it to TensorFlow. */
export const threadCounts = z.strictObject({ intraOp: count, interOp: count })
export type ThreadCounts = z.infer<typeof threadCounts>

export const defaultThreads: ThreadCounts = { intraOp: null, interOp: null }

/** One machine's training steps by thread counts. */
export const threadTimes = z.strictObject({
  at: z.iso.datetime(),
  /** 'cpu' or the GPU's name, as the timed processes said. */
  device: z.string(),
  /** Of ResNet-20. */
  precision,
  batch: z.int().min(1),
  /** What TensorFlow's own choice comes to here. */
  own: z.strictObject({ intraOp: z.int().min(1), interOp: z.int().min(1) }),
  /** TensorFlow's own choice first. */
  candidates: z
    .array(
      z.strictObject({
        threads: threadCounts,
        /** Median of the steps in milliseconds. */
        msStep: z.number().positive(),
        /** To TensorFlow's own choice: median over the rounds of what the two took in the same round. */
        ratio: z.number().positive(),
      }),
    )
    .min(1),
})
export type ThreadTimes = z.infer<typeof threadTimes>

/** Of one machine: its times, or a sentence why there are none. */
export const threadTuning = z.union([
  threadTimes,
  z.strictObject({ at: z.iso.datetime(), problem: z.string().max(1000) }),
])
export type ThreadTuning = z.infer<typeof threadTuning>
