/** What the history holds, as it is handed to a window, the command line or a script. */
import { z } from 'zod'
import {
  addedSeeds,
  arch,
  datasetId,
  experimentConfig,
  precision,
  studyPlan,
  variant,
  type Precision,
} from './experiment'
import { modelFormat } from './modelFormats'
import { threadCounts, threadTuning } from './tuning'
import { bankSizes } from './variants'

/** Short, lower case, safe as a file name. */
export const runId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,79}$/)
export const studyId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,119}$/)

/**
 * queued → running ⇄ paused → done | stopped | diverged | failed; `interrupted` is found at start,
 * where the program that trained the run is gone.
 */
export const runStates = [
  'queued',
  'running',
  'paused',
  'done',
  'stopped',
  'interrupted',
  'diverged',
  'failed',
] as const
export const runState = z.enum(runStates)
export type RunState = z.infer<typeof runState>
/** States in which a trainer holds the run. */
export const activeStates: readonly RunState[] = ['running', 'paused']
export const endedStates: readonly RunState[] = ['done', 'stopped', 'interrupted', 'diverged', 'failed']

/** A count of 0 for each state. */
export function noCounts(): Record<RunState, number> {
  return { queued: 0, running: 0, paused: 0, done: 0, stopped: 0, interrupted: 0, diverged: 0, failed: 0 }
}

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

/** A test example that was taken for another class. `index` counts the run's test examples from 0. */
export const mistake = z.object({
  index: z.int().min(0),
  label: z.int().min(0),
  predicted: z.int().min(0),
  confidence: z.number().min(0).max(1),
})
export type Mistake = z.infer<typeof mistake>

/** What a run made of its test examples after its newest epoch. */
export const evaluation = z.object({
  epoch: z.int().min(1),
  classes: z.int().min(2).max(1000),
  /** [true class][predicted class], row after row: counts of examples. */
  confusion: z.array(z.int().min(0)),
  /** The most confident ones, the most confident first. */
  mistakes: z.array(mistake),
})
export type Evaluation = z.infer<typeof evaluation>

export const runProgress = z.object({
  runId,
  /** 1-based epoch under way. */
  epoch: z.int(),
  epochs: z.int(),
  /** Steps done in this run, over all epochs. */
  step: z.int(),
  steps: z.int(),
  phase: z.enum(['starting', 'training', 'evaluating']),
  /** Running mean over the epoch so far; null before the first step. */
  loss: z.number().nullable(),
  learningRate: z.number().nullable(),
  imagesPerSecond: z.number().nullable(),
  /** To the end of the run; null until it can be told from steps done. */
  etaSeconds: z.number().nullable(),
})
export type RunProgress = z.infer<typeof runProgress>

export const runSummary = z.object({
  id: runId,
  studyId,
  studyName: z.string(),
  arch,
  variant,
  dataset: datasetId,
  seed: z.int(),
  epochs: z.int(),
  /** The same for runs that differ in nothing but the seed. */
  configId: z.string(),
  state: runState,
  /** Why the run is in this state, in words; null where the state says it all. */
  reason: z.string().nullable(),
  epochsDone: z.int(),
  /** Of the last finished epoch; null before the first. */
  testAccuracy: z.number().nullable(),
  /** The best epoch's: picked on the validation examples where there are some, else on the test set itself. */
  bestTestAccuracy: z.number().nullable(),
  bestEpoch: z.int().nullable(),
  /**
   * Of the best epoch; null or missing where the run has no validation examples, and the best epoch is picked on the
   * test set.
   */
  bestValidationAccuracy: z.number().nullable().optional(),
  trainLoss: z.number().nullable(),
  trainableParameters: z.int(),
  trainableFilters: z.int(),
  /** Mean over finished epochs. */
  imagesPerSecond: z.number().nullable(),
  /** Sum over finished epochs. */
  seconds: z.number().nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  weightsSha256: z.string().nullable(),
})
export type RunSummary = z.infer<typeof runSummary>

export const environment = z.object({
  program: z.string(),
  /** Commit and whether there were uncommitted changes; null outside a git checkout. */
  git: z.object({ commit: z.string(), dirty: z.boolean() }).nullable(),
  node: z.string(),
  tensorflow: z.string(),
  tfjs: z.string(),
  /** What the run was really trained on: 'cpu' or the GPU's name. */
  device: z.string(),
  cpu: z.string(),
  cores: z.int(),
  /** In an op, and ops side by side; null where an older version did not tell TensorFlow's own choice. */
  threads: z.object({ intraOp: z.int().nullable(), interOp: z.int().nullable() }),
  memoryBytes: z.number(),
  platform: z.string(),
  /**
   * What a GPU's libraries were told about precision and repeatability, in words; null on a CPU and where an older
   * version did not tell.
   */
  gpuMath: z.string().nullable().default(null),
  /**
   * The processor's vector instructions, which libraries choose their code by; missing if an older version did not
   * record them.
   */
  instructions: z.string().optional(),
  /**
   * Variables that a trainer got and that can change its bits (`contract/environment.ts`), as they were set; missing as
   * above.
   */
  variables: z.record(z.string(), z.string()).optional(),
})
export type Environment = z.infer<typeof environment>

export const historyEvent = z.object({
  at: z.string(),
  level: z.enum(['info', 'warning', 'error']),
  /** Stable word for programs, such as 'started', 'paused', 'output', 'failed'. */
  kind: z.string(),
  message: z.string(),
})
export type HistoryEvent = z.infer<typeof historyEvent>

export const runDetail = z.object({
  run: runSummary,
  config: experimentConfig,
  environment: environment.nullable(),
  /** SHA-256 over the examples the run trained and tested on. */
  datasetFingerprint: z.string().nullable(),
  weightsFile: z.string().nullable(),
  /** By itself or with its study. */
  trashed: z.boolean(),
  /** What the run would go on from; null before the first one. */
  checkpoint: z.object({ step: z.int(), epochs: z.int(), at: z.string() }).nullable(),
  epochs: z.array(epochMetrics),
  steps: z.array(stepMetrics),
  events: z.array(historyEvent),
})
export type RunDetail = z.infer<typeof runDetail>

export const studySummary = z.object({
  id: studyId,
  name: z.string(),
  createdAt: z.string(),
  /** Null for runs started singly with `mcnn train`. */
  plan: studyPlan.nullable(),
  counts: z.record(runState, z.int()),
  total: z.int(),
  /** Steps done over steps planned, 0 to 1. */
  progress: z.number(),
  /** For what is queued and running, from this study's own speed; null until known. */
  etaSeconds: z.number().nullable(),
})
export type StudySummary = z.infer<typeof studySummary>

export const trashedStudy = z.object({
  id: studyId,
  name: z.string(),
  trashedAt: z.string(),
  /** Those that were put into the trash singly are not counted. */ runs: z.int(),
})
export type TrashedStudy = z.infer<typeof trashedStudy>

/** A mean over seeds; std (n − 1) is null under two. */
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
  /** 95 % interval (Student's t) of its mean, as fractions; null under three seeds, or where they all gave the same. */
  accuracyInterval: z.tuple([z.number(), z.number()]).nullable(),
  /** The best epoch's accuracy, picked on the row's validation examples where there are some, else on the test set. */
  bestAccuracy: spread.nullable(),
  /** Baseline mean − this mean, in percentage points, as Table I prints it: negative is better than the baseline. */
  accuracyDrop: z.number().nullable(),
  /** 95 % interval (Welch) of the drop in points; null under three seeds on either side. */
  accuracyDropInterval: z.tuple([z.number(), z.number()]).nullable(),
  /** Welch's test of the drop; null where there is no interval. */
  test: testResult.nullable(),
  /** Why there is no test, in words; null where there is one, and for the baseline. */
  untested: z.string().nullable(),
  /** The drop over seeds that both sides have finished, as differences within pairs; null without such a seed. */
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
   * The smallest true difference in points that these many seeds of this spread would show (two-sided t test at 5 %,
   * power 80 %); null where it can't be told.
   */
  smallestVisible: z.number().nullable(),
  /** Milliseconds a training step over counted runs, from each run's mean speed; null where none was measured. */
  stepMs: spread.nullable(),
  trainableParameters: z.int(),
  trainableFilters: z.int(),
  /** Trainable filters of the first and the last convolution, as in Table II. */
  firstLayerFilters: z.int(),
  lastLayerFilters: z.int(),
  multiplications: z.int(),
  /** Runs of this cell by state, so that nothing is left out in silence. */
  counts: z.record(runState, z.int()),
})
export type ComparisonCell = z.infer<typeof comparisonCell>

export const comparisonRow = z.object({
  dataset: datasetId,
  arch,
  epochs: z.int(),
  trainExamples: z.int(),
  testExamples: z.int(),
  /** Held out of the training examples to pick the best epoch on; 0 or missing where it is picked on the test set. */
  validationExamples: z.int().optional(),
  precision,
  cells: z.array(comparisonCell),
  /** Different machines that counted runs were trained on: times from several are no one number. */
  machines: z.int().min(0),
  /** What the data can and cannot support, in a sentence. */
  note: z.string(),
})
export type ComparisonRow = z.infer<typeof comparisonRow>

export const comparison = z.object({
  studyId,
  studyName: z.string(),
  /** The family of Holm's correction: every variant of every row against that row's baseline, tested already or not. */
  comparisons: z.int().min(0),
  rows: z.array(comparisonRow),
})
export type Comparison = z.infer<typeof comparison>

/** The one difference that a list of studies shows of each. */
export const finding = z.object({
  studyId,
  dataset: datasetId,
  arch,
  variant,
  /** As in the comparison: baseline − variant, points, with its 95 % interval. */
  drop: z.number(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
  /** Welch's two-sided p after Holm's correction for all `comparisons` of the study; null where the interval is. */
  corrected: z.number().min(0).max(1).nullable(),
  comparisons: z.int().min(1),
  /** Seeds behind it: of the baseline and of the variant. */
  seeds: z.tuple([z.int(), z.int()]),
})
export type Finding = z.infer<typeof finding>

/** What a multi-band layer makes of its base filters (analysis/banks.ts); null for a plain layer. */
export const bankTable = z
  .array(z.array(z.int().min(-9).max(9)).length(9))
  .min(bankSizes.least)
  .max(bankSizes.most)
  .nullable()

export const layerSummary = z.object({
  /** stem, stage1.block1.conv1 … stage3.block5.conv2 */
  name: z.string(),
  kernel: z.tuple([z.int(), z.int()]),
  in: z.int(),
  out: z.int(),
  /** 1, or as many as inputs where each filter sees one of them (depthwise). */
  groups: z.int(),
  stride: z.int(),
  /** Side of what it gives, in pixels. */
  size: z.int(),
  multiband: z.boolean(),
  /** Trained filters: out, or out over the bank's bands where multi-band. */
  baseFilters: z.int(),
  bank: bankTable,
})
export type LayerSummary = z.infer<typeof layerSummary>

/** A network that was written for other programs. */
export const exportedModel = z.object({
  format: modelFormat,
  /** A SavedModel is a folder. */
  path: z.string(),
  bytes: z.int(),
  /** Of the file; null for a folder. */
  sha256: z.string().nullable(),
  /** In a folder: the new names of files that the user had changed. */
  kept: z.array(z.string()),
})
export type ExportedModel = z.infer<typeof exportedModel>

/** What a run's network says of a picture. */
export const classification = z.object({
  /** The most probable classes, the first of them first; equal ones in the order of their labels. */
  top: z.array(z.object({ label: z.int().min(0), name: z.string(), probability: z.number().min(0).max(1) })),
  classes: z.int(),
})
export type Classification = z.infer<typeof classification>

export const modelSummary = z.object({
  arch,
  variant,
  classes: z.int(),
  trainableParameters: z.int(),
  /** Trained filters over all convolutions. */
  trainableFilters: z.int(),
  /** For one picture's forward pass, convolutions and dense layer, as executed. */
  multiplications: z.int(),
  /** Inputs of the dense layer: channels whose mean it takes. */
  features: z.int(),
  /** The convolutions, in order. */
  layers: z.array(layerSummary),
})
export type ModelSummary = z.infer<typeof modelSummary>

export const datasetSummary = z.object({
  id: datasetId,
  name: z.string(),
  /** Made from a seed, not photographed: said wherever a number from it is shown. */
  synthetic: z.boolean(),
  available: z.boolean(),
  classes: z.array(z.string()),
  train: z.int(),
  test: z.int(),
  bytes: z.number(),
  /** SHA-256 of the canonical examples; null where not available. */
  fingerprint: z.string().nullable(),
  /** Whether the content equals the official one; null where no official checksum applies. */
  official: z.boolean().nullable(),
  importedAt: z.string().nullable(),
  source: z.string().nullable(),
})
export type DatasetSummary = z.infer<typeof datasetSummary>

/** Where a published set can be downloaded. */
export const datasetSource = z.object({
  id: datasetId,
  url: z.string(),
  host: z.string(),
  file: z.string(),
  /** Of the archive. */
  bytes: z.number(),
  /** Of it here already, from a download that was not finished. */
  kept: z.number(),
})
export type DatasetSource = z.infer<typeof datasetSource>

/** Of a set's training pictures; means and standard deviations of pixels scaled to 0..1. */
export const datasetStatistics = z.object({
  perClass: z.array(z.int()),
  mean: z.array(z.number()).length(3),
  std: z.array(z.number()).length(3),
  /** [channel][value]: pixels that have it, of the 256 values. */
  histograms: z.array(z.array(z.int()).length(256)).length(3),
})
export type DatasetStatistics = z.infer<typeof datasetStatistics>

export const storageKinds = ['runs', 'history', 'backups', 'datasets', 'logs', 'desktop', 'other'] as const
export const storage = z.object({
  parts: z.array(
    z.object({
      kind: z.enum(storageKinds),
      bytes: z.number(),
      /** Needed by nothing in the history. */ reclaimable: z.number(),
    }),
  ),
  bytes: z.number(),
  reclaimable: z.number(),
  /** Of runs in the trash, of studies in the trash too: weights and logs that a purge would delete. */
  trash: z.number(),
})
export type Storage = z.infer<typeof storage>

export const filterLayer = z.object({ ...layerSummary.shape, epochs: z.array(z.int()) })
export type FilterLayer = z.infer<typeof filterLayer>

export const bank = z.object({
  /** From 1; of the paper's bank: h1 = h, h2 = (−1)^r h, h3 = (−1)^s h, h4 = (−1)^(r+s) h. */
  band: z.int().min(1).max(bankSizes.most),
  /** [row][column][in] */
  kernel: z.array(z.array(z.array(z.number()))),
  /** |H(u, v)| as [v][u][in] on a grid over −π…π with 0 at index ⌊size / 2⌋. */
  response: z.array(z.array(z.array(z.number()))),
})
export type Bank = z.infer<typeof bank>

/** For a plain layer there is one bank: the filter itself. */
export const filterBank = z.object({
  runId,
  layer: z.string(),
  filter: z.int().min(0),
  epoch: z.int().min(0),
  multiband: z.boolean(),
  baseFilters: z.int(),
  bank: bankTable,
  banks: z.array(bank),
})
export type FilterBank = z.infer<typeof filterBank>

export const layerFilterValues = z.object({
  runId,
  layer: z.string(),
  epoch: z.int().min(0),
  multiband: z.boolean(),
  bank: bankTable,
  stride: z.int(),
  /** Rows, columns, in, stored filters (base filters where multi-band). */
  shape: z.tuple([z.int(), z.int(), z.int(), z.int()]),
  /** float32, little endian, laid out as `shape`, base64. */
  values: z.string(),
})
export type LayerFilterValues = z.infer<typeof layerFilterValues>

/** How complementary the filters of a layer are (analysis/complementarity.ts). */
export const layerFigures = z.object({
  covered: z.number().min(0).max(1),
  overlap: z.number().min(0).max(1),
  cosine: z.number().min(0).max(1).nullable(),
  effectiveRank: z.number().min(0).nullable(),
  filters: z.int().min(1),
})
/** Of every convolution, in order; null where nothing was kept or a weight was no number. */
export const epochFigures = z.object({
  epoch: z.int().min(0),
  layers: z.array(z.object({ layer: z.string(), figures: layerFigures.nullable() })),
})
export type EpochFigures = z.infer<typeof epochFigures>

/** Channels last: [height, width, channels], float32, little endian, base64. */
export const layerInput = z.object({
  height: z.int(),
  width: z.int(),
  channels: z.int(),
  values: z.string(),
  /** What a pixel of the picture, 0 to 1, was normalised by: (pixel − mean) / std. */
  mean: z.array(z.number()).length(3),
  std: z.array(z.number()).length(3),
})
export type LayerInput = z.infer<typeof layerInput>

export const check = z.object({ name: z.string(), ok: z.boolean(), detail: z.string(), fix: z.string().nullable() })
export type Check = z.infer<typeof check>

/** TensorFlow as it runs here. */
export const device = z.object({
  version: z.string(),
  /** 'cpu' or the GPU's name. */
  device: z.string(),
  gpus: z.array(z.string()),
  /** What computes bfloat16 in hardware, such as 'avx512_bf16'; null where nothing is known to. */
  bfloat16: z.string().nullable(),
})
export type Device = z.infer<typeof device>

/** What `auto` is on a device. */
export function autoPrecision({ bfloat16 }: Pick<Device, 'bfloat16'>): Precision {
  return bfloat16 === null ? 'float32' : 'bfloat16'
}

/** Null leaves it to TensorFlow, whose choice comes to `own`. */
export const threadsInUse = z.object({
  ...threadCounts.shape,
  own: z.object({ intraOp: z.int(), interOp: z.int() }),
  source: z.enum(['environment', 'measured', 'own']),
  /** This machine's measurement; null where there is none. */
  tuning: threadTuning.nullable(),
})

export const doctor = z.object({
  ok: z.boolean(),
  node: z.string(),
  tensorflow: device.nullable(),
  electron: z.string().nullable(),
  /** What a run that starts now takes; null where the service could not be opened. */
  threads: threadsInUse.nullable(),
  sqlite: z.string(),
  dataDir: z.string(),
  checks: z.array(check),
})
export type Doctor = z.infer<typeof doctor>

/** A program that has a data directory; pid 0 where that is not known. */
export const holder = z.object({ pid: z.int(), program: z.string() })
export type Holder = z.infer<typeof holder>

/** Why nothing can be written now, what to do, and since when. Training waits, and goes on by itself. */
export const diskProblem = z.object({ message: z.string(), fix: z.string(), since: z.string() })
export type DiskProblem = z.infer<typeof diskProblem>

export const condition = z.object({
  /** Another program that has the data directory: from here it can only be looked at. */
  heldBy: holder.nullable(),
  disk: diskProblem.nullable(),
})
export type Condition = z.infer<typeof condition>

/** A copy of the history: one that was asked for, made before a newer program changed its form, or of a damaged one. */
export const backup = z.object({
  file: z.string(),
  kind: z.enum(['asked', 'migration', 'damaged']),
  at: z.string(),
  bytes: z.number(),
})
export type Backup = z.infer<typeof backup>

/** Rows of a table; lost is null where nobody can tell how many there were. */
export const repairedTable = z.object({ table: z.string(), saved: z.int(), lost: z.int().nullable() })

export const repair = z.object({
  /** What the history is made of now; whole: there was nothing to mend. */
  from: z.enum(['whole', 'history', 'backup', 'nothing']),
  /** Where the damaged file is kept. */
  kept: z.string().nullable(),
  /** The copy that was taken in its place. */
  backup: z.string().nullable(),
  tables: z.array(repairedTable),
  /** Each run that is known to have lost something, and what, in words. */
  runs: z.array(z.object({ id: z.string(), lost: z.string() })),
  /**
   * A part of the write-ahead log could not be read that does not say what it held: more may be missing than is
   * counted.
   */
  unsure: z.boolean(),
})
export type Repair = z.infer<typeof repair>

export const systemInfo = z.object({
  program: z.string(),
  git: environment.shape.git,
  node: z.string(),
  sqlite: z.string(),
  dataDir: z.string(),
  platform: z.string(),
  cpu: z.string(),
  cores: z.int(),
  memoryBytes: z.number(),
  freeBytes: z.number().nullable(),
})
export type SystemInfo = z.infer<typeof systemInfo>

export const estimate = z.object({
  runs: z.int(),
  /** For the whole study; null where this machine has no history to tell from. */
  seconds: z.number().nullable(),
  /** measured: same arch on this machine; scaled: from another arch's speed by multiplications. */
  basis: z.enum(['measured', 'scaled', 'unknown']),
  models: z.array(modelSummary.omit({ layers: true })),
})
export type Estimate = z.infer<typeof estimate>

/** What more seeds would do for one difference. */
export const seedsForComparison = z.object({
  variant,
  /** Finished seeds of the baseline and the variant, or pairs of them twice. */
  finished: z.tuple([z.int(), z.int()]),
  /** More that wait or train. */
  open: z.tuple([z.int(), z.int()]),
  /** Half the 95 % interval as it is now, in points; null under three. */
  halfWidth: z.number().nullable(),
  /** And as it is to be expected with what is open and what is added; null where that can't be told. */
  expected: z.number().nullable(),
  /**
   * met: narrow enough now; coming: with what is open; needed: with more; unknown: under three finished; beyond: not
   * with 2000 more; null where no width is wanted.
   */
  goal: z.enum(['met', 'coming', 'needed', 'unknown', 'beyond']).nullable(),
  /** Seeds that this difference alone would need; null where that can't be told or no width is wanted. */
  needed: z.int().nullable(),
})
export type SeedsForComparison = z.infer<typeof seedsForComparison>

export const moreSeeds = z.object({
  rows: z.array(
    z.object({ arch, /** Seeds for each chosen variant. */ more: z.int(), comparisons: z.array(seedsForComparison) }),
  ),
  /** What would be added, to be handed on as it is. */
  cells: addedSeeds.shape.cells,
  runs: z.int(),
  /** To train them, from this machine's own history; null where it has none. */
  seconds: z.number().nullable(),
  basis: estimate.shape.basis,
  /** Finished runs of the study: above 0, results could be seen. */
  finished: z.int(),
  /** Why it can't be added; null where it can, and where there is nothing to add. */
  problem: z.string().nullable(),
})
export type MoreSeeds = z.infer<typeof moreSeeds>
