/** What a model that leaves the program says of itself, in whichever format. */
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
  /** Of the weights file that was kept at the run's end. */
  weightsSha256: string
  /** Names the examples that it was trained and tested on; null where the run did not tell. */
  datasetFingerprint: string | null
  /** After the last epoch, 0..1; null where it was not measured. */
  testAccuracy: number | null
}

export const producer = 'MCNN Workbench'

/** 'ResNet-32 mcnn-f, CIFAR-10, seed 1' */
export function titleOf({ config, dataset }: About): string {
  return `${archName(config.arch)} ${config.variant}, ${datasetName(dataset)}, seed ${config.seed}`
}

/** A picture's place in memory: ONNX and PyTorch take channels first, TensorFlow takes them last. */
export type PictureLayout = 'NCHW' | 'NHWC'

export function pictureShape(layout: PictureLayout): number[] {
  return layout === 'NCHW' ? [imageChannels, imageSize, imageSize] : [imageSize, imageSize, imageChannels]
}

export function inputWords(layout: PictureLayout): string {
  return `float32 [N, ${pictureShape(layout).join(', ')}] (${layout}): pictures as raw RGB, 0 to 255, not normalised`
}

export const outputWords = 'float32 [N, classes]: a number for each class before the softmax, in the order of `classes`'

/** What the whole model is, for people. Tensors alone have no operations, so they say what to do with them. */
export function descriptionOf(about: About, layout: PictureLayout, { tensorsAlone = false } = {}): string {
  return [
    `${titleOf(about)}, trained by ${producer} ${about.program} (run ${about.runId}).`,
    tensorsAlone
      ? `Input: ${inputWords(layout)}; the first layer takes (pictures / 255 − normalisation.mean) / normalisation.std. Output logits: ${outputWords}. Convolutions pad with zeros by half of their kernel’s side; normalisations add ${String(epsilon)} to the variance.`
      : `Input pictures: ${inputWords(layout)}; the first operations normalise them as in training. Output logits: ${outputWords}.`,
    'Multi-band layers are written out as plain convolutions; batch normalisation stands by itself, with the running statistics.',
    'The network knows only its own classes, and pictures of 32 × 32 pixels.',
  ].join(' ')
}

/** The same for programs: every value is text, lists and the config are JSON. */
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
