/**
 * A small generated history with filters: a study of mcnn-f, mcnn-a and baseline whose kernels emerge from noise over
 * its epochs.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { datasetSizes, quickStart, type ExperimentConfig, type Variant } from '../src-main/contract'
import { History } from '../src-main/history/history'
import { convolutions, network, trainableParameters } from '../src-main/nn/architecture'
import { random } from '../src-main/nn/random'
import { initialValues, parameters } from '../src-main/nn/network'
import { encodeSafetensors } from '../src-main/nn/safetensors'

export const filterEpochs = 40
const study = 'filters'
const training = { ...quickStart.training, dataset: 'synthetic' as const, epochs: filterEpochs }
export const runIdOf = (variant: Variant, seed: number): string => `filters-${variant}-s${seed}`

/** Typical kernels of a first layer: smooth, lines, edges, a point; row by row. */
const prototypes = [
  [0.55, 1, 0.6, 0.95, 1.7, 1, 0.5, 1.05, 0.6],
  [0.2, 0.9, 0.25, 0.3, 1.5, 0.35, 0.15, 0.8, 0.2],
  [1, 0.9, 0.1, 0.8, 0.1, -0.8, -0.1, -0.9, -1],
  [0.05, 0.1, -0.05, 0.1, 1.6, 0.05, -0.1, 0.05, 0.1],
  [-0.9, 0, 0.9, -1.1, 0.1, 1, -0.8, 0, 0.9],
  [0.9, 1, 0.8, 0.1, 0, 0.1, -1, -1, -0.8],
]
const tints = [
  [1, 1, 0.95],
  [1, 0.55, -0.7],
  [0.9, 1, 0.8],
  [0.5, 1, -0.3],
  [0.8, 0.9, 1],
]

/** Returns the weights of a layer after an epoch: from `initial` to a mix of typical kernels and random ones. */
function kernelAt(initial: Float32Array, shape: readonly number[], seed: number, epoch: number): Float32Array {
  const [rows = 3, columns = 3, inputs = 1, filters = 1] = shape
  const rng = random(seed, 'synthetic', inputs * 100 + filters)
  const noise = Float32Array.from({ length: initial.length }, () => rng.normal())
  const mixed = 1 - Math.exp(-epoch / 8)
  const scale = Math.sqrt(2 / (9 * inputs))
  return initial.map((start, i) => {
    const filter = i % filters
    const channel = Math.floor(i / filters) % inputs
    const place = Math.floor(i / filters / inputs)
    const wanted =
      prototypes[(filter + (filters > 4 ? filter >> 2 : 0)) % prototypes.length]?.[place % (rows * columns)] ?? 0
    const tint = inputs === 3 ? (tints[filter % tints.length]?.[channel] ?? 1) : Math.sin(channel * 2.1 + filter)
    return (
      start * (1 - mixed) +
      mixed * scale * (wanted * tint + 0.12 * (noise[i] ?? 0)) +
      (epoch > 0 ? 0.02 * Math.sin(epoch * 0.8 + i) : 0)
    )
  })
}

/** @returns ids of the runs */
export function writeFilterHistory(dataDir: string): string[] {
  mkdirSync(path.join(dataDir, 'runs'), { recursive: true })
  const history = new History(path.join(dataDir, 'history.sqlite'))
  const ids: string[] = []
  history.transaction(() => {
    history.studies.insert({ id: study, name: 'Filters', createdAt: '2026-05-01T08:00:00.000Z', plan: null })
    for (const seed of [1, 2])
      for (const variant of ['baseline', 'mcnn-a', 'mcnn-f'] as const)
        ids.push(addRun(history, dataDir, { arch: 'resnet-8', variant, seed, ...training }))
  })
  history.close()
  return ids
}

function addRun(history: History, dataDir: string, config: ExperimentConfig): string {
  const { arch, variant, seed, dataset, epochs } = config
  const id = runIdOf(variant, seed)
  const spec = network(arch, variant, datasetSizes[dataset].classes)
  const layers = convolutions(spec)
  history.runs.insert(
    {
      id,
      studyId: study,
      configId: history.configs.put(config),
      arch,
      variant,
      dataset,
      seed,
      epochs,
      trainExamples: 4000,
      testExamples: 1000,
      trainableParameters: trainableParameters(spec),
      trainableFilters: layers.reduce((sum, layer) => sum + layer.baseFilters, 0),
      createdAt: `2026-05-01T08:0${seed}:0${variant.length}.000Z`,
    },
    { pid: 1, start: 'gone' },
  )
  const claimed = history.runs.claimNext({ pid: 1, start: 'gone' })
  if (claimed?.summary.id !== id) throw new Error(`no run ${id}`)
  const initial = initialValues(spec, seed)
  const kept = layers.filter((layer, i) => i === 0 || layer.multiband)
  const shapeOf = (layer: (typeof layers)[number]): [number, number, number, number] => [
    ...layer.kernel,
    layer.in,
    layer.baseFilters,
  ]
  const after = (layer: (typeof layers)[number], epoch: number): Float32Array =>
    kernelAt(initial.get(`${layer.name}.kernel`) ?? new Float32Array(), shapeOf(layer), seed, epoch)
  for (let epoch = 0; epoch <= epochs; epoch++) {
    for (const layer of kept)
      history.filters.add(claimed.key, epoch, layer.name, shapeOf(layer), Buffer.from(after(layer, epoch).buffer))
    if (epoch > 0)
      history.metrics.addEpoch(claimed.key, {
        epoch,
        trainLoss: 2 / epoch,
        trainAccuracy: 0.5,
        testLoss: 2 / epoch,
        testAccuracy: 0.9 - 0.5 / epoch,
        learningRate: 0.1,
        imagesPerSecond: 900,
        seconds: 4,
        waitSeconds: null,
        cpuSeconds: null,
        memoryBytes: null,
      })
  }
  const byName = new Map(layers.map((layer) => [`${layer.name}.kernel`, after(layer, epochs)]))
  const file = path.join('runs', id, 'weights.safetensors')
  mkdirSync(path.join(dataDir, 'runs', id), { recursive: true })
  const weights = encodeSafetensors(
    parameters(spec).map(({ name, shape }) => ({
      name,
      shape,
      values: byName.get(name) ?? initial.get(name) ?? new Float32Array(),
    })),
    {},
  )
  writeFileSync(path.join(dataDir, file), weights)
  history.runs.end(claimed.key, 'done', null, { file, sha256: createHash('sha256').update(weights).digest('hex') })
  return id
}
