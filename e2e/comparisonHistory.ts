/** A small generated history: four networks of Table I with runs in every state. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import {
  datasetSizes,
  recipe,
  type Arch,
  type DatasetId,
  type ExperimentConfig,
  type StudyPlan,
  type Variant,
} from '../src-main/contract'
import type { RunState } from '../src-main/contract'
import { History } from '../src-main/history/history'
import { modelSummary } from '../src-main/nn/architecture'
import { learningRateAt } from '../src-main/nn/schedule'

export const comparisonStudy = 'table-1'
const seeds = [1, 2, 3, 4, 5]
const variants: Variant[] = ['baseline', 'mcnn-f', 'mcnn-l', 'mcnn-fl', 'mcnn-a']
const archs: Arch[] = ['resnet-20', 'resnet-32', 'resnet-56']
/** Final test error of a recipe's run, and the addition of each variant. */
const finalError: Partial<Record<Arch, number>> = { 'resnet-20': 0.083, 'resnet-32': 0.0735, 'resnet-56': 0.0655 }
const added: Record<Variant, number> = {
  baseline: 0,
  'mcnn-f': -0.001,
  'mcnn-l': 0.003,
  'mcnn-fl': 0.002,
  'mcnn-a': 0.024,
}

/** Runs that are paused or ended in another state than done: [arch, variant, seed]. */
const others: [RunState, Arch, Variant, number, string | null][] = [
  ['diverged', 'resnet-32', 'mcnn-a', 3, 'The loss became NaN at epoch 37.'],
  ['interrupted', 'resnet-56', 'mcnn-l', 4, 'The program that trained it is gone.'],
  ['failed', 'resnet-56', 'mcnn-a', 2, 'Out of memory at epoch 3.'],
  ['stopped', 'resnet-20', 'mcnn-fl', 5, 'Stopped by hand.'],
]

/** Returns a number in [0, 1), the same for the same words. */
function noise(...words: (string | number)[]): number {
  let hash = 2166136261
  for (const char of words.join('/')) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619)
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507)
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32
}

/** @returns the study's id */
export function writeComparisonHistory(dataDir: string, dataset: DatasetId = 'cifar-10'): string {
  mkdirSync(dataDir, { recursive: true })
  const history = new History(path.join(dataDir, 'history.sqlite'))
  const training = { ...recipe, dataset }
  const plan: StudyPlan = { name: 'Table I reproduced', archs, variants, seeds, training }
  history.transaction(() => {
    history.studies.insert({ id: comparisonStudy, name: plan.name, createdAt: '2026-05-01T08:00:00.000Z', plan })
    for (const seed of seeds)
      for (const arch of archs) for (const variant of variants) addRun(history, { arch, variant, seed, ...training })
  })
  history.close()
  return comparisonStudy
}

function addRun(history: History, config: ExperimentConfig): void {
  const { arch, variant, seed, dataset, epochs } = config
  const id = `${arch}-${variant}-s${seed}`
  const other = others.find(([, a, v, s]) => a === arch && v === variant && s === seed)
  const held = arch === 'resnet-56' && seed === 5
  const model = modelSummary(arch, variant, datasetSizes[dataset].classes)
  const size = { trainExamples: datasetSizes[dataset].train, testExamples: datasetSizes[dataset].test }
  history.runs.insert(
    {
      id,
      studyId: comparisonStudy,
      configId: history.configs.put(config),
      arch,
      variant,
      dataset,
      seed,
      epochs,
      ...size,
      trainableParameters: model.trainableParameters,
      trainableFilters: model.trainableFilters,
      createdAt: '2026-05-01T08:00:00.000Z',
    },
    { pid: 1, start: 'gone' },
  )
  const run = history.runs.get(id)
  if (!run) throw new Error(`no run ${id}`)
  if (held) {
    history.runs.setOwner(run.key, null, 'Held until it is resumed.')
    return
  }
  const ended = other?.[0] === 'failed' ? 2 : other?.[0] === 'diverged' ? 36 : other ? 112 : epochs
  const last = (finalError[arch] ?? 0.08) + (added[variant] ?? 0) + (noise(arch, variant, seed) - 0.5) * 0.005
  for (let epoch = 1; epoch <= ended; epoch++) {
    const rate = learningRateAt(config, epoch, [])
    const level =
      rate >= 0.1
        ? 0.07 + 0.75 * Math.exp(-epoch / 9)
        : rate >= 0.01
          ? 0.011 + 0.05 * Math.exp(-(epoch - 100) / 4)
          : 0.0005 + 0.012 * Math.exp(-(epoch - 150) / 6)
    const wobble = (noise(id, epoch) - 0.5) * (rate >= 0.1 ? 0.05 : rate >= 0.01 ? 0.01 : 0.002)
    const error = Math.min(0.9, Math.max(0.01, last + level + wobble))
    const loss = (0.02 + (added[variant] ?? 0) * 0.4 + level * 2) * (1 + (noise(id, epoch, 'loss') - 0.5) * 0.1)
    const seconds = model.multiplications / 3e6
    history.metrics.addEpoch(run.key, {
      epoch,
      trainLoss: loss,
      trainAccuracy: 1 - Math.min(0.9, level),
      testLoss: error * 4,
      testAccuracy: 1 - error,
      learningRate: rate,
      imagesPerSecond: size.trainExamples / seconds,
      seconds: seconds + 2,
      waitSeconds: null,
      cpuSeconds: null,
      memoryBytes: null,
    })
  }
  history.runs.end(run.key, other?.[0] ?? 'done', other?.[4] ?? null)
}
