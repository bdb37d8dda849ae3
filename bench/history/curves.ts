/** Simulates learning curves of ResNets on CIFAR: a noisy plateau, a drop at each lower learning rate. Pure. */
import {
  datasetSizes,
  depthOf,
  isGenerated,
  type Arch,
  type DatasetId,
  type ExperimentConfig,
  type Variant,
} from '../../src-main/contract/experiment'
import type { EpochMetrics } from '../../src-main/contract/runs/metrics'
import type { RunState } from '../../src-main/contract/runs/states'
import { random, type Random } from '../../src-main/nn/random'
import { learningRateAt } from '../../src-main/nn/schedule'

/**
 * Test error in percent on CIFAR-10 after the complete recipe: within 0.3 of He et al. 2016, table 6, for ResNets of 20
 * to 110 layers.
 */
const errorOf = (arch: Arch): number => 5.9 + 52 / depthOf(arch)
/** Approximate cost of multi-band layers, in points. */
const costs: Record<Variant, number> = { baseline: 0, 'mcnn-f': 0.08, 'mcnn-l': 0.22, 'mcnn-fl': 0.35, 'mcnn-a': 2.1 }
/** Approximate factor of errors relative to CIFAR-10. */
const difficultyOf = (dataset: DatasetId): number =>
  (isGenerated(dataset) ? 0.4 : 1) * (datasetSizes[dataset].classes / 10) ** 0.59

export interface Ending {
  state: Exclude<RunState, 'running' | 'paused'>
  epochsDone: number
}

/** How a run ends. @param late position within the newest study's plan, 0 to 1: its last part has not started */
export function endingOf(epochs: number, rng: Random, late: number | null): Ending {
  const part = (): number => Math.floor(rng.uniform() * epochs)
  const draw = rng.uniform()
  if (late !== null && late > 0.8) return { state: 'queued', epochsDone: 0 }
  if (draw < 0.9) return { state: 'done', epochsDone: epochs }
  if (draw < 0.925) return { state: 'diverged', epochsDone: Math.floor(part() / 4) }
  if (draw < 0.95) return { state: 'failed', epochsDone: rng.uniform() < 0.5 ? 0 : part() }
  if (draw < 0.975) return { state: 'stopped', epochsDone: part() }
  return { state: 'interrupted', epochsDone: part() }
}

/** Milliseconds per step of 128 on the simulated GPU. */
export function stepMs(config: Pick<ExperimentConfig, 'arch' | 'batchSize' | 'precision'>): number {
  const full = 2.6 + 0.43 * depthOf(config.arch)
  return full * (config.batchSize / 128) * (config.precision === 'bfloat16' ? 0.62 : 1)
}

/**
 * Returns the finished epochs.
 * @param index selects the run's random stream: a re-run with the same seed has another curve
 */
export function epochsOf(config: ExperimentConfig, ending: Ending, index: number): EpochMetrics[] {
  const rng = random(config.seed, 'history', index)
  const { classes, train } = datasetSizes[config.dataset]
  const examples = config.trainExamples ?? train
  const scarce = Math.sqrt(Math.log2(50_000 / Math.max(100, examples)) + 1) * (config.augment ? 1 : 1.5)
  const rate = 1 + 0.06 * Math.abs(Math.log2(config.learningRate / 0.1))
  const chance = 1 - 1 / classes
  const base =
    ((errorOf(config.arch) + (costs[config.variant] ?? 1)) / 100) * difficultyOf(config.dataset) * scarce * rate
  const final = Math.min(chance * 0.9, base + rng.normal() * 0.0022 * Math.sqrt(difficultyOf(config.dataset)))
  const [first = Infinity, second = Infinity] = config.milestones
  const time = Math.max(1, config.epochs * 0.045)
  const ms = stepMs(config) * (1 + 0.02 * rng.normal())
  const ips = (config.batchSize * 1000) / ms
  const trainErrors: number[] = []
  const out: EpochMetrics[] = []
  const length = ending.epochsDone
  for (let epoch = 1; epoch <= length; epoch++) {
    const phase = epoch <= first ? 0 : epoch <= second ? 1 : 2
    const since = phase === 0 ? epoch : epoch - (phase === 1 ? first : second)
    const settling = Math.exp(-since / (phase === 0 ? time : Math.max(0.6, time / 8)))
    const plateau = Math.min(chance * 0.8, final + 0.075 * Math.sqrt(difficultyOf(config.dataset)))
    const low = [plateau, final + 0.006, final][phase] ?? final
    const from = [chance, plateau, final + 0.006][phase] ?? chance
    const noise = [0.016, 0.0022, 0.0011][phase] ?? 0
    const blowing = ending.state === 'diverged' ? Math.exp((epoch - length) / 2) : 0
    const testError = clamp(
      low + (from - low) * settling + Math.abs(rng.normal()) * noise + blowing * 0.3,
      0.001,
      chance,
    )
    const fit = [0.8, 0.3, 0.13][phase] ?? 0
    const trainError = clamp(
      low * fit +
        (chance - low * fit) * (phase === 0 ? settling : 0.05 * settling) +
        rng.normal() * noise * 0.15 +
        blowing * 0.3,
      0.0004,
      chance,
    )
    trainErrors.push(trainError)
    const loss = (error: number, sharpness: number): number =>
      Math.max(0.0008, -Math.log(1 - Math.min(0.995, error)) * sharpness) * (1 + 0.01 * rng.normal())
    const images = ips * (1 + 0.012 * rng.normal())
    const seconds = (examples / images) * 1.06 + 1.1
    out.push({
      epoch,
      trainLoss: round(loss(trainError, 2.6) + blowing * 4),
      trainAccuracy: round(1 - trainError),
      testLoss: round(loss(testError, 3.1) + blowing * 5),
      testAccuracy: round(1 - testError),
      learningRate: learningRateAt(config, epoch, trainErrors),
      imagesPerSecond: round(images),
      seconds: round(seconds),
      waitSeconds: round(seconds * 0.012 * (1 + rng.uniform())),
      cpuSeconds: round(seconds * 1.4),
      memoryBytes: Math.round(1.6e9 + 4e6 * depthOf(config.arch) + 1e6 * rng.uniform()),
    })
  }
  return out
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}

/** Rounds to float32 precision. */
function round(value: number): number {
  return Math.fround(value)
}
