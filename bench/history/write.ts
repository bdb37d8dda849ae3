/** Writes a generated history to a real database, through the program's own code. */
import { datasetSizes, type ExperimentConfig } from '../../src-main/contract/experiment'
import type { Environment } from '../../src-main/contract/runs/environment'
import type { EpochMetrics, StepMetrics } from '../../src-main/contract/runs/metrics'
import type { History } from '../../src-main/history/history'
import { modelSummary } from '../../src-main/nn/architecture'
import { random, type Random } from '../../src-main/nn/random'
import { epochsOf, endingOf, stepMs, type Ending } from './curves'
import { madeStudies, type HistorySize, type MadeStudy } from './studies'

const reasons: Record<Ending['state'], readonly (string | null)[]> = {
  done: [null],
  queued: ['On hold: the program was closed before this run started. Resume the run or its study.'],
  diverged: ['The loss was not a finite number.'],
  failed: [
    'The GPU ran out of memory. Use a smaller batch.',
    'The trainer was killed (SIGKILL): the machine ran out of memory.',
    'The data set could not be read.',
  ],
  stopped: ['Stopped by you.', 'Removed from the queue before it started.'],
  interrupted: ['The program that trained it ended unexpectedly.', 'The program was closed while this run trained.'],
}

const environments: Environment[] = [0, 1].map((i) => ({
  program: `0.${i + 1}.0`,
  git: { commit: (i === 0 ? '3f1c' : 'a90b').repeat(10), dirty: i === 1 },
  node: 'v24.21.0',
  tensorflow: '2.21.0',
  tfjs: '4.22.0',
  device: i === 0 ? 'cpu' : 'NVIDIA H100 80GB HBM3',
  cpu: 'AMD EPYC 9R14',
  cores: i === 0 ? 2 : 16,
  threads: { intraOp: null, interOp: null },
  memoryBytes: i === 0 ? 8e9 : 128e9,
  platform: 'linux x64',
  gpuMath: i === 0 ? null : 'float32 without TF32, repeatable convolutions, chosen by rule',
}))

/** Runs per transaction: each commit waits for the disk. */
const batch = 250
/** Interval of runs that also have filters, a confusion matrix and sampled steps. */
const detailedEvery = 20

/** Fills an empty history. @returns the number of epochs */
export function writeHistory(history: History, size: HistorySize): number {
  const now = Date.parse('2026-05-09T12:00:00Z')
  let epochs = 0
  let index = 0
  const studies = madeStudies(size)
  for (const [nth, study] of studies.entries()) {
    const newest = study.plan !== null && nth === studies.findLastIndex((s) => s.plan !== null)
    const createdAt = new Date(now - (studies.length - nth) * 9 * 24 * 3600_000)
    history.studies.insert({ id: study.id, name: study.name, createdAt: createdAt.toISOString(), plan: study.plan })
    for (let from = 0; from < study.configs.length; from += batch) {
      history.transaction(() => {
        for (let i = from; i < Math.min(study.configs.length, from + batch); i++)
          epochs += writeRun(history, study, i, { createdAt, newest, index: index++, seed: size.seed })
      })
    }
  }
  return epochs
}

interface Place {
  createdAt: Date
  /** For the study in which runs are still queued. */
  newest: boolean
  index: number
  seed: number
}

function writeRun(
  history: History,
  study: MadeStudy,
  i: number,
  { createdAt, newest, index, seed: of }: Place,
): number {
  const config = study.configs[i]
  if (!config) return 0
  const rng = random(of, 'history', index, 1)
  const { arch, variant, dataset, seed, epochs } = config
  const ending = endingOf(epochs, rng, newest ? i / study.configs.length : null)
  const id = `${study.id.slice(0, 40)}-r${arch.slice(7)}-${variant}-s${seed}-${(index + 46656).toString(36)}`
  const sizes = datasetSizes[dataset]
  const { trainableParameters, trainableFilters } = counts(config)
  const examples = {
    trainExamples: (config.trainExamples ?? sizes.train) - (config.validationExamples ?? 0),
    testExamples: config.testExamples ?? sizes.test,
  }
  const made = createdAt.toISOString()
  history.runs.insert(
    {
      id,
      studyId: study.id,
      configId: history.configs.put(config),
      arch,
      variant,
      dataset,
      seed,
      epochs,
      ...examples,
      trainableParameters,
      trainableFilters,
      createdAt: made,
    },
    { pid: 0, start: '' },
  )
  const key = history.runs.get(id)?.key
  if (key === undefined) throw new Error(`the run ${id} was not kept`)
  const reason = pick(reasons[ending.state], rng)
  if (ending.state === 'queued') {
    history.runs.setOwner(key, null, reason)
    return 0
  }
  const metrics = epochsOf(config, ending, index)
  const begun = new Date(createdAt.getTime() + i * 240_000).toISOString()
  const seconds = metrics.reduce((sum, epoch) => sum + epoch.seconds, 0)
  const ended = new Date(Date.parse(begun) + seconds * 1000).toISOString()
  history.runs.begin(id, begun)
  history.runs.started(key, {
    environmentHash: history.environments.put(environments[index % 7 === 0 ? 0 : 1] as Environment),
    datasetFingerprint: dataset.padEnd(64, '0').replace(/[^0-9a-f]/g, 'e'),
    ...examples,
    startupSeconds: 3 + rng.uniform(),
  })
  history.events.add(
    key,
    'info',
    'started',
    `On ${environments[index % 7 === 0 ? 0 : 1]?.device ?? ''}, after 3.4 s.`,
    begun,
  )
  if (metrics.length > 0) history.metrics.addEpochs(key, metrics)
  if (index % detailedEvery === 0) writeDetails(history, key, config, metrics, ending, rng)
  history.runs.end(key, ending.state, reason, null, ended)
  history.events.add(key, level(ending), ending.state, reason ?? `The run is ${ending.state}.`, ended)
  return metrics.length
}

const counted = new Map<string, { trainableParameters: number; trainableFilters: number }>()

function counts({ arch, variant, dataset }: ExperimentConfig): {
  trainableParameters: number
  trainableFilters: number
} {
  const name = `${arch}/${variant}/${dataset}`
  const known = counted.get(name)
  if (known) return known
  const model = modelSummary(arch, variant, datasetSizes[dataset].classes)
  counted.set(name, model)
  return model
}

function level({ state }: Ending): 'info' | 'warning' | 'error' {
  return state === 'failed' || state === 'interrupted' ? 'error' : state === 'diverged' ? 'warning' : 'info'
}

/** One step per epoch, the stem's filters at every tenth of the run, and a confusion matrix that fits the accuracy. */
function writeDetails(
  history: History,
  key: number,
  config: ExperimentConfig,
  metrics: readonly EpochMetrics[],
  ending: Ending,
  rng: Random,
): void {
  const perEpoch = Math.ceil((config.trainExamples ?? datasetSizes[config.dataset].train) / config.batchSize)
  const ms = stepMs(config)
  const steps = metrics.map((m): StepMetrics => ({
    step: m.epoch * perEpoch,
    epoch: m.epoch,
    loss: m.trainLoss,
    learningRate: m.learningRate,
    stepMs: ms * (1 + 0.05 * rng.uniform()),
  }))
  if (ending.state === 'diverged')
    steps.push({
      step: ending.epochsDone * perEpoch + 1,
      epoch: ending.epochsDone + 1,
      loss: null,
      learningRate: config.learningRate,
      stepMs: ms,
    })
  history.metrics.addSteps(key, steps)
  const base = config.variant === 'baseline' || config.variant === 'mcnn-l' ? 16 : 4
  const weights = Float32Array.from({ length: 27 * base }, () => 0.3 * rng.normal())
  for (let epoch = 0; epoch <= metrics.length; epoch += Math.max(1, Math.round(config.epochs / 10))) {
    weights.forEach((value, i) => (weights[i] = value * 0.95 + 0.08 * rng.normal()))
    history.filters.add(key, epoch, 'stem', [3, 3, 3, base], Buffer.from(weights.buffer.slice(0)))
  }
  const last = metrics.at(-1)
  if (last)
    history.metrics.putEvaluation(key, {
      epoch: last.epoch,
      ...confusionOf(config, last.testAccuracy, rng),
      mistakes: [],
    })
}

function confusionOf(
  config: ExperimentConfig,
  accuracy: number,
  rng: Random,
): { classes: number; confusion: number[] } {
  const { classes, test } = datasetSizes[config.dataset]
  const each = Math.floor((config.testExamples ?? test) / classes)
  const confusion = new Array<number>(classes * classes).fill(0)
  for (let truth = 0; truth < classes; truth++) {
    const right = Math.round(each * accuracy)
    confusion[truth * classes + truth] = right
    for (let wrong = 0; wrong < each - right; wrong++) {
      const other = (truth + rng.int(1, classes - 1)) % classes
      confusion[truth * classes + other] = (confusion[truth * classes + other] ?? 0) + 1
    }
  }
  return { classes, confusion }
}

function pick<T>(values: readonly T[], rng: Random): T {
  return values[rng.int(0, values.length - 1)] as T
}
