/** The description and metadata that an exported model carries in every format. */
import { archName, datasetName } from '../analysis/text/names'
import type { DatasetId, ExperimentConfig } from '../contract/experiment'
import { imageChannels, imageSize } from '../contract/experiment'
import { epsilon } from '../nn/forward'
import type { PictureNorm } from '../nn/inference'

export interface About {
  /** The program's version. */
  program: string
  runId: string
  studyName: string
  config: ExperimentConfig
  dataset: DatasetId
  /** Names of the classes, in the order of the logits. */
  classes: readonly string[]
  pictures: PictureNorm
  /** SHA-256 of the run's weights file. */
  weightsSha256: string
  /** Fingerprint of the examples that it was trained and tested on; null if the run has none. */
  datasetFingerprint: string | null
  /** After the last epoch, 0..1; null if it was not measured. */
  testAccuracy: number | null
}

export const producer = 'MCNN Workbench'

/** Returns a title such as 'ResNet-32 mcnn-f, CIFAR-10, seed 1'. */
export function titleOf({ config, dataset }: About): string {
  return `${archName(config.arch)} ${config.variant}, ${datasetName(dataset)}, seed ${config.seed}`
}

/** The order of an image batch's axes: ONNX and PyTorch take channels first, TensorFlow takes them last. */
export type PictureLayout = 'NCHW' | 'NHWC'

export function pictureShape(layout: PictureLayout): number[] {
  return layout === 'NCHW' ? [imageChannels, imageSize, imageSize] : [imageSize, imageSize, imageChannels]
}

export function inputWords(layout: PictureLayout): string {
  return `float32 [N, ${pictureShape(layout).join(', ')}] (${layout}): images as raw RGB, 0 to 255, not normalised`
}

export const outputWords = 'float32 [N, classes]: a number for each class before the softmax, in the order of `classes`'

/**
 * Returns a description of the model for people.
 * @param tensorsAlone the file has no operations, so that the description explains how to use the tensors
 */
export function descriptionOf(about: About, layout: PictureLayout, { tensorsAlone = false } = {}): string {
  return [
    `${titleOf(about)}, trained by ${producer} ${about.program} (run ${about.runId}).`,
    tensorsAlone
      ? `Input: ${inputWords(layout)}; the first layer expects (images / 255 − normalisation.mean) / normalisation.std. Output logits: ${outputWords}. Convolutions pad with zeros by half of their kernel’s side; normalisations add ${String(epsilon)} to the variance.`
      : `Input images: ${inputWords(layout)}; the first operations normalise them as in training. Output logits: ${outputWords}.`,
    'Multi-band layers are plain convolutions; batch normalisation is a separate operation with the running statistics.',
    'The network knows only its own classes, and images of 32 × 32 pixels.',
  ].join(' ')
}

/** Returns the description for programs: every value is text; lists and the config are JSON. */
export function metadataOf(about: About): Record<string, string> {
  return {
    producer: `${producer} ${about.program}`,
    run: about.runId,
    study: about.studyName,
    architecture: about.config.arch,
    variant: about.config.variant,
    dataset: about.dataset,
    classes: JSON.stringify(about.classes),
    config: JSON.stringify(about.config),
    weights_sha256: about.weightsSha256,
    ...(about.datasetFingerprint === null ? {} : { examples_sha256: about.datasetFingerprint }),
    ...(about.testAccuracy === null ? {} : { test_accuracy: String(about.testAccuracy) }),
    normalisation_mean: JSON.stringify(about.pictures.mean),
    normalisation_std: JSON.stringify(about.pictures.std),
  }
}
