/** Decides whether a data set stays on the training device, so that a step receives indices instead of pixels. */
import type { LoadedDataset } from '../../datasets'

/** Share of the device's memory that data may use: the rest is for activations, gradients and cuDNN. */
const largestShare = 1 / 4

export interface Residence {
  resident: boolean
  /** The choice and its reason, for the run's events. */
  sentence: string
}

/**
 * @param bytes pixels of both splits
 * @param device memory of the training GPU in bytes; null if unknown; 'cpu' if there is none
 * @param asked MCNN_RESIDENT: 1 or 0 decides, any other value leaves the choice to the device
 */
export function chooseResidence(bytes: number, device: number | null | 'cpu', asked: string | undefined): Residence {
  const size = `${(bytes / 1e6).toFixed(0)} MB`
  const held = `The data set's pixels (${size}) stay in the graph, which augments and normalises the images`
  const fed = 'A second thread prepares the batches'
  if (asked === '1') return { resident: true, sentence: `${held}, as MCNN_RESIDENT=1 requests.` }
  if (asked === '0') return { resident: false, sentence: `${fed}, as MCNN_RESIDENT=0 requests.` }
  // The feeder's thread has a core to spare. In the graph the same work would delay the step.
  if (device === 'cpu') return { resident: false, sentence: `${fed}.` }
  if (device === null) return { resident: false, sentence: `${fed}, because the memory of the GPU is unknown.` }
  const memory = `${(device / 1e9).toFixed(0)} GB`
  return bytes <= device * largestShare
    ? { resident: true, sentence: `${held}, on the GPU with its ${memory}.` }
    : { resident: false, sentence: `${fed}: ${size} of pixels are more than a quarter of the GPU's ${memory}.` }
}

export function pixelBytesOf({
  train,
  test,
  validation,
}: Pick<LoadedDataset, 'train' | 'test' | 'validation'>): number {
  return train.images.length + test.images.length + (validation?.images.length ?? 0)
}
