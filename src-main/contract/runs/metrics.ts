/** What an epoch and a sampled step measure: the one list that the columns of the history and a verification are derived from. */
import { z } from 'zod'

/** One finished epoch. Accuracies are fractions; losses are means of the cross-entropy over examples, in nats. */
export const epochMetrics = z.object({
  epoch: z.int().min(1),
  trainLoss: z.number(),
  trainAccuracy: z.number().min(0).max(1),
  testLoss: z.number(),
  testAccuracy: z.number().min(0).max(1),
  /** Of the validation examples; null or missing where the run has none. */
  validationLoss: z.number().nullable().optional(),
  validationAccuracy: z.number().min(0).max(1).nullable().optional(),
  learningRate: z.number(),
  /** Training pictures a second, evaluation excluded. */
  imagesPerSecond: z.number(),
  /** Wall time of the whole epoch, evaluation included, pauses excluded. */
  seconds: z.number(),
  /**
   * Part of it in which training stood still for its pictures; null where a program before this was measured ran it.
   */
  waitSeconds: z.number().nullable(),
  /** Processor time of the trainer within the epoch, over all cores; null as above. */
  cpuSeconds: z.number().nullable(),
  /** The trainer's resident memory at the epoch's end; null as above. */
  memoryBytes: z.number().nullable(),
  /**
   * Mean part of the time in which the GPU computed, and its highest used memory, as its driver tells, whoever uses it;
   * null or missing on a CPU and where nothing was told.
   */
  gpuUtilization: z.number().min(0).max(1).nullable().optional(),
  gpuMemoryBytes: z.number().nullable().optional(),
})
export type EpochMetrics = z.infer<typeof epochMetrics>

/** One sampled step; `loss` is null where it was not a finite number. */
export const stepMetrics = z.object({
  step: z.int().min(1),
  epoch: z.int().min(1),
  loss: z.number().nullable(),
  learningRate: z.number(),
  stepMs: z.number(),
})
export type StepMetrics = z.infer<typeof stepMetrics>

export interface Metric {
  /** Of the history's table. */
  column: string
  /** In sentences. */
  words: string
  /**
   * Follows from config, data and circumstances to the last bit; else it is the machine's, such as a time, and differs
   * each time.
   */
  computed: boolean
}

const computed = (column: string, words: string): Metric => ({ column, words, computed: true })
const measured = (column: string, words: string): Metric => ({ column, words, computed: false })

/** By field, in the order of the columns. A field that is missing here does not compile. */
export const epochFields = {
  trainLoss: computed('train_loss', 'training loss'),
  trainAccuracy: computed('train_accuracy', 'training accuracy'),
  testLoss: computed('test_loss', 'test loss'),
  testAccuracy: computed('test_accuracy', 'test accuracy'),
  learningRate: computed('learning_rate', 'learning rate'),
  imagesPerSecond: measured('images_per_second', 'images per second'),
  seconds: measured('seconds', 'time'),
  waitSeconds: measured('wait_seconds', 'time waited for pictures'),
  cpuSeconds: measured('cpu_seconds', 'processor time'),
  memoryBytes: measured('memory_bytes', 'memory'),
  validationLoss: computed('validation_loss', 'validation loss'),
  validationAccuracy: computed('validation_accuracy', 'validation accuracy'),
  gpuUtilization: measured('gpu_utilization', 'GPU use'),
  gpuMemoryBytes: measured('gpu_memory_bytes', 'GPU memory'),
} as const satisfies Record<Exclude<keyof EpochMetrics, 'epoch'>, Metric>

export const stepFields = {
  epoch: computed('epoch', 'epoch'),
  loss: computed('loss', 'loss'),
  learningRate: computed('learning_rate', 'learning rate'),
  stepMs: measured('step_ms', 'time'),
} as const satisfies Record<Exclude<keyof StepMetrics, 'step'>, Metric>
