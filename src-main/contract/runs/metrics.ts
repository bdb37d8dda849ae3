/**
 * What an epoch and a sampled step measure, declared once. The schemas, the columns of the history with their INSERT
 * and SELECT lists, the summary in the run's row, verification, the table of epochs and the charts of the machine are
 * derived.
 */
import { z } from 'zod'

/** How the values of all epochs become one column of the run's row. `best`: the value of the best epoch. */
export type EpochRollUp = 'last' | 'best' | 'min' | 'max' | 'sum' | 'mean'

/** A small chart on the run's page, by epoch and from zero. */
export interface MetricChart {
  name: string
  /** Unit of the axis; with `of: 'cores'` the page adds the number of cores. */
  unit: string
  /** Factor from the value to the axis. */
  factor?: number
  /** Whether to divide the value by the epoch's seconds. */
  isPerSecond?: true
  /** The end of the axis: a number, or all cores of the machine. Default: fits the values. */
  of?: number | 'cores'
  /** Whether to omit the chart if no epoch has a value; otherwise the page says that it was not measured. */
  isOptional?: true
}

/** A column of the table of epochs on the run's page; left out if no epoch has a value. */
export interface MetricTableColumn {
  heading: string
  format: 'loss' | 'percent' | 'significant' | 'count' | 'duration'
}

export interface Metric {
  schema: z.ZodType<number | null | undefined>
  /** Column in the history's table. */
  column: string
  /** Name in sentences. */
  words: string
  /**
   * Whether the value is determined to the last bit by config, data and environment, so that verification compares it.
   * Others, such as times, vary.
   */
  computed: boolean
  /** Columns of the run's row that summarise it. */
  rollUps?: Readonly<Record<string, EpochRollUp>>
  chart?: MetricChart
  tableColumn?: MetricTableColumn
}

const fraction = z.number().min(0).max(1)
/** The last epoch's value in the column of the same name, and the extremes next to it. */
const lastAndExtremes = <C extends string>(column: C) =>
  ({ [column]: 'last', [`min_${column}`]: 'min', [`max_${column}`]: 'max' }) as Readonly<Record<string, EpochRollUp>>

/** By field. Null: the epoch was trained by a program that did not measure it yet. */
export const epochFields = {
  trainLoss: {
    schema: z.number(),
    column: 'train_loss',
    words: 'training loss',
    computed: true,
    rollUps: lastAndExtremes('train_loss'),
    tableColumn: { heading: 'Train loss', format: 'loss' },
  },
  testLoss: {
    schema: z.number(),
    column: 'test_loss',
    words: 'test loss',
    computed: true,
    rollUps: lastAndExtremes('test_loss'),
    tableColumn: { heading: 'Test loss', format: 'loss' },
  },
  trainAccuracy: {
    schema: fraction,
    column: 'train_accuracy',
    words: 'training accuracy',
    computed: true,
    tableColumn: { heading: 'Train acc., %', format: 'percent' },
  },
  /** On the validation examples; null or missing if the run has none. */
  validationLoss: {
    schema: z.number().nullable().optional(),
    column: 'validation_loss',
    words: 'validation loss',
    computed: true,
    tableColumn: { heading: 'Val. loss', format: 'loss' },
  },
  validationAccuracy: {
    schema: fraction.nullable().optional(),
    column: 'validation_accuracy',
    words: 'validation accuracy',
    computed: true,
    rollUps: { best_validation_accuracy: 'best' },
    tableColumn: { heading: 'Val. acc., %', format: 'percent' },
  },
  testAccuracy: {
    schema: fraction,
    column: 'test_accuracy',
    words: 'test accuracy',
    computed: true,
    rollUps: { ...lastAndExtremes('test_accuracy'), best_test_accuracy: 'best' },
    tableColumn: { heading: 'Test acc., %', format: 'percent' },
  },
  learningRate: {
    schema: z.number(),
    column: 'learning_rate',
    words: 'learning rate',
    computed: true,
    chart: { name: 'Learning rate', unit: '' },
    tableColumn: { heading: 'Learning rate', format: 'significant' },
  },
  /** Training images per second, evaluation excluded. */
  imagesPerSecond: {
    schema: z.number(),
    column: 'images_per_second',
    words: 'images per second',
    computed: false,
    rollUps: { images_per_second: 'mean' },
    chart: { name: 'Throughput', unit: 'images/s' },
    tableColumn: { heading: 'Images/s', format: 'count' },
  },
  /** Wall time of the complete epoch, evaluation included, pauses excluded. */
  seconds: {
    schema: z.number(),
    column: 'seconds',
    words: 'time',
    computed: false,
    rollUps: { seconds: 'sum' },
    tableColumn: { heading: 'Time', format: 'duration' },
  },
  /** The part of it in which training waited for images. */
  waitSeconds: {
    schema: z.number().nullable(),
    column: 'wait_seconds',
    words: 'time waited for images',
    computed: false,
    chart: { name: 'Data wait', unit: '%', factor: 100, isPerSecond: true },
  },
  /** Processor time of the trainer within the epoch, over all cores. */
  cpuSeconds: {
    schema: z.number().nullable(),
    column: 'cpu_seconds',
    words: 'processor time',
    computed: false,
    chart: { name: 'CPU', unit: 'cores', isPerSecond: true, of: 'cores' },
  },
  /** The trainer's resident memory at the epoch's end. */
  memoryBytes: {
    schema: z.number().nullable(),
    column: 'memory_bytes',
    words: 'memory',
    computed: false,
    chart: { name: 'Memory', unit: 'MiB', factor: 2 ** -20 },
  },
  /** Mean GPU utilisation as its driver reports it, 0 to 1; null or missing on a CPU. */
  gpuUtilization: {
    schema: fraction.nullable().optional(),
    column: 'gpu_utilization',
    words: 'GPU use',
    computed: false,
    chart: { name: 'GPU', unit: '%', factor: 100, of: 100, isOptional: true },
  },
  /** The GPU's highest used memory, all programs included; null or missing on a CPU. */
  gpuMemoryBytes: {
    schema: z.number().nullable().optional(),
    column: 'gpu_memory_bytes',
    words: 'GPU memory',
    computed: false,
    chart: { name: 'GPU memory, all programs', unit: 'MiB', factor: 2 ** -20, isOptional: true },
  },
} as const satisfies Record<string, Metric>

export const stepFields = {
  epoch: { schema: z.int().min(1), column: 'epoch', words: 'epoch', computed: true },
  /** Null if it was not a finite number. */
  loss: { schema: z.number().nullable(), column: 'loss', words: 'loss', computed: true },
  learningRate: { schema: z.number(), column: 'learning_rate', words: 'learning rate', computed: true },
  stepMs: { schema: z.number(), column: 'step_ms', words: 'time', computed: false },
} as const satisfies Record<string, Metric>

function schemasOf<F extends Record<string, Metric>>(fields: F): { [K in keyof F]: F[K]['schema'] } {
  return Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])) as {
    [K in keyof F]: F[K]['schema']
  }
}

/** One finished epoch. Accuracies are fractions; losses are means of the cross-entropy over examples, in nats. */
export const epochMetrics = z.object({ epoch: z.int().min(1), ...schemasOf(epochFields) })
export type EpochMetrics = z.infer<typeof epochMetrics>

/** One sampled step. */
export const stepMetrics = z.object({ step: z.int().min(1), ...schemasOf(stepFields) })
export type StepMetrics = z.infer<typeof stepMetrics>
