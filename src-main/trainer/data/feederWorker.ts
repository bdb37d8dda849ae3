/** The thread that prepares batches while TensorFlow blocks the main thread: order, augmentation, normalisation. */
import { parentPort, workerData } from 'node:worker_threads'
import { imageChannels, imageSize } from '../../contract/experiment'
import { epochOrder, fillBatch, planBatch, type Split } from '../../datasets'
import type { Batch, BatchRequest, FeederData } from './feeder'

const { data, batchSize, seed, augment, resident } = workerData as FeederData

/** The order of the newest requested epoch. */
let order: { epoch: number; examples: Uint32Array } = { epoch: -1, examples: new Uint32Array() }
function trainOrder(epoch: number): Uint32Array {
  if (order.epoch !== epoch) order = { epoch, examples: epochOrder(seed, epoch, data.train.count) }
  return order.examples
}
const inOrder = (split: Split | null): Uint32Array => Uint32Array.from({ length: split?.count ?? 0 }, (_, i) => i)
const orders = { test: inOrder(data.test), validation: inOrder(data.validation) }

parentPort?.on('message', ({ split, epoch, from, count, buffers }: BatchRequest) => {
  const source = data[split]
  if (!source) throw new Error('There are no validation examples.')
  const training = split === 'train'
  const draw = {
    order: split === 'train' ? trainOrder(epoch) : orders[split],
    from,
    count,
    augment: training && augment,
    seed,
    epoch,
  }
  const labels = new Int32Array(buffers?.labels ?? new ArrayBuffer(4 * batchSize))
  if (resident) {
    const pictures = planBatch(draw, training ? count : batchSize)
    for (let i = 0; i < count; i++) labels[i] = source.labels[pictures.examples[i] ?? 0] ?? 0
    if (split === 'validation')
      for (let i = 0; i < count; i++) pictures.examples[i] = (pictures.examples[i] ?? 0) + data.test.count
    post({ pictures, labels, count }, [])
  } else {
    const images = new Float32Array(
      buffers?.images ?? new ArrayBuffer(4 * batchSize * imageSize * imageSize * imageChannels),
    )
    fillBatch({ ...draw, split: source, images, labels, mean: data.mean, std: data.std })
    post({ pictures: images, labels, count }, [images.buffer, labels.buffer])
  }
})

function post(batch: Batch, moved: ArrayBuffer[]): void {
  parentPort?.postMessage(batch, moved)
}
