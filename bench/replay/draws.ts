/** Writes everything random about a run to a folder, so that another engine can train with the same draws. */
import { mkdir, open, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { WorkbenchError } from '../../src-main/contract/errors'
import { datasetSizes, familyOf, type ExperimentConfig } from '../../src-main/contract/experiment'
import { epochOrder, normalisation, planBatch, type LoadedDataset } from '../../src-main/datasets'
import { network } from '../../src-main/nn/architecture'
import { initialValues, parameters } from '../../src-main/nn/network'
import { encodeSafetensors } from '../../src-main/nn/safetensors'
import { learningRateAt } from '../../src-main/nn/schedule'

/**
 * Writes `job.json` (blocks, schedule, sizes), `initial.safetensors`, the pixels and labels of both splits, the
 * normalisation
 * `table.f32` [3, 256] and `draws.i32` [epochs, 4, examples]: example, row, column (−4 to 4) and mirrored (0 or 1) in
 * the order in which the run trains on them.
 * @param folder is created; files in it are overwritten
 * @throws WorkbenchError bad-input if the config warms up (the rate then depends on results) or is not a ResNet's
 */
export async function writeDraws(folder: string, config: ExperimentConfig, data: LoadedDataset): Promise<void> {
  if (config.warmup !== null)
    throw new WorkbenchError(
      'bad-input',
      'A run that warms up cannot be replayed: its learning rate depends on its results.',
    )
  if (familyOf(config.arch) !== 'resnet')
    throw new WorkbenchError('bad-input', `${config.arch} cannot be replayed: only ResNets can.`)
  const spec = network(config.arch, config.variant, datasetSizes[config.dataset].classes, config.seed)
  const initial = initialValues(spec, config.seed)
  const { epochs, seed, augment, batchSize, momentum, weightDecay } = config
  const { count } = data.train
  const job = {
    epochs,
    momentum,
    weightDecay,
    batchSize: Math.min(batchSize, count),
    blocks: spec.blocks,
    learningRates: Array.from({ length: epochs }, (_, i) => learningRateAt(config, i + 1, [])),
    trainable: parameters(spec).flatMap((parameter) => (parameter.trainable ? [parameter.name] : [])),
  }
  await mkdir(folder, { recursive: true })
  const write = (name: string, content: string | Uint8Array): Promise<void> =>
    writeFile(path.join(folder, name), content)
  await write('job.json', JSON.stringify(job))
  const tensors = parameters(spec).map(({ name, shape }) => ({
    name,
    shape,
    values: initial.get(name) ?? new Float32Array(),
  }))
  await write('initial.safetensors', encodeSafetensors(tensors, {}))
  for (const split of ['train', 'test'] as const) {
    await write(`${split}.u8`, data[split].images)
    await write(`${split}-labels.u8`, data[split].labels)
  }
  await write('table.f32', new Uint8Array(normalisation(data.mean, data.std).buffer))
  const draws = await open(path.join(folder, 'draws.i32'), 'w')
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const order = epochOrder(seed, epoch, count)
      const { examples, rows, columns, mirrored } = planBatch({ order, from: 0, count, augment, seed, epoch })
      for (const part of [examples, rows, columns, mirrored]) await draws.write(new Uint8Array(part.buffer))
    }
  } finally {
    await draws.close()
  }
}
