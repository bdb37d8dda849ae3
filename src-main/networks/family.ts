/** What a network family declares. */
import type { Block } from './blocks'
import { convolution } from './convolutionLayer'

export interface ImageShape {
  /** Height and width, in pixels. */
  size: number
  channels: number
}

/** A network without its dense layer, whose input is the mean of each channel. */
export interface Backbone {
  blocks: Block[]
  /** Channels of the last block: the inputs of the dense layer. */
  features: number
}

/** A learning rate that training starts with, before the config's own. */
export interface Warmup {
  learningRate: number
  /** Training error, a fraction: the warm-up ends after the first epoch below it. */
  untilError: number
  /** Factor per epoch by which the rate then rises to the config's own; if missing, it rises at once. */
  growth?: number
}

/** One network of a family. */
export interface NetworkEntry<Id extends string = string> {
  /** Part of config hashes and of stored names: never change it. Begins with the family's id. */
  id: Id
  /** Layers as the network's paper counts them. */
  depth: number
  /** Display name, such as 'ResNet-32'. */
  name: string
  /** For narrow labels, such as 'R32'. */
  shortName: string
  /** One sentence for a reader who does not know the network. */
  meaning: string
  /** Used if a study's plan has none; null for none. */
  warmup: Warmup | null
  build: (input: ImageShape) => Backbone
}

export interface NetworkFamily<FamilyId extends string = string, Id extends string = string> {
  /** First part of each network's id. */
  id: FamilyId
  /** Other spellings of the family's name, as `contract/typedNames.ts` compares them. */
  synonyms: readonly RegExp[]
  networks: readonly NetworkEntry<Id>[]
}

/** Checks a family's declaration and keeps its ids as literal types. */
export function defineFamily<const FamilyId extends string, const Id extends `${FamilyId}-${string}`>(
  family: NetworkFamily<FamilyId, Id>,
): NetworkFamily<FamilyId, Id> {
  return family
}

/** Returns the first block of a network: a 3 × 3 convolution with stride 1, called stem. */
export function stem({ size, channels }: ImageShape, outputs: number, norm = true): Block {
  return { kind: 'conv', conv: convolution('stem', channels, outputs, size), norm }
}

/**
 * Deep networks stay at chance if the rate of 0.1 is used from the start: ResNet-110 starts with 0.01 until the training
 * error is below 80 % (He et al. 2016, section 4.2).
 */
export const suddenWarmup = { learningRate: 0.01, untilError: 0.8 } as const satisfies Warmup

/**
 * For networks with many normalised layers and without a shortcut around each of them. VGG-16 stays at chance at 0.1
 * from the start (also PyTorch's, with its own initial weights), and returns to chance if the rate rises tenfold at
 * once, even as late as at 52 % training accuracy. With a gradual rise (tried with a factor of 1.25 per epoch) it
 * learns at every rate up to 0.1. Test accuracy after 5 epochs of 4,000 images of CIFAR-10: VGG-16 12.6 % with the
 * tenfold step, 44.4 % with the gradual rise; MobileNetV2 21.6 % and 32.2 % (2026-11-27).
 */
export const gradualWarmup = { ...suddenWarmup, growth: 1.25 } as const satisfies Warmup
