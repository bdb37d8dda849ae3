/** The thread that prepares batches while TensorFlow has the main one: order, augmentation, normalisation. */
import { parentPort, workerData } from 'node:worker_threads'
import { imageChannels, imageSize } from '../contract/experiment'
import { epochOrder, fillBatch } from '../datasets'
import type { Batch, BatchRequest, FeederData } from './feeder'

const { data, batchSize, seed, augment } = workerData as FeederData

/** The order of the newest epoch asked for. */
let order: { epoch: number; examples: Uint32Array } = { epoch: -1, examples: new Uint32Array() }
function trainOrder(epoch: number): Uint32Array {
  if (order.epoch !== epoch) order = { epoch, examples: epochOrder(seed, epoch, data.train.count) }
  return order.examples
}
const testOrder = Uint32Array.from({ length: data.test.count }, (_, i) => i)

parentPort?.on('message', ({ split, epoch, from, count, buffers }: BatchRequest) => {
  const images = new Float32Array(buffers?.images ?? new ArrayBuffer(4 * batchSize * imageSize * imageSize * imageChannels))
  const labels = new Int32Array(buffers?.labels ?? new ArrayBuffer(4 * batchSize))
  const training = split === 'train'
  fillBatch({
    split: data[split],
    order: training ? trainOrder(epoch) : testOrder,
    from,
    count,
    images,
    labels,
    mean: data.mean,
    std: data.std,
    augment: training && augment,
    seed,
    epoch,
  })
  const batch: Batch = { images, labels, count }
  parentPort?.postMessage(batch, [images.buffer, labels.buffer])
})
