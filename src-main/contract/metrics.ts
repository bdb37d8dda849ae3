/**
 * What an epoch and a sampled step measure: the one list that the history's columns and a verification are derived
 * from.
 */
import type { EpochMetrics, StepMetrics } from './records'

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
