import type { Block } from './blocks'
import { convolution } from './convolutionLayer'
import { defineFamily, gradualWarmup, stem, type Backbone, type ImageShape } from './family'

/**
 * VGG-16 with batch normalisation: Simonyan and Zisserman 2015, "Very deep convolutional networks", column D, in the
 * CIFAR form of github.com/kuangliu/pytorch-cifar, without that form's biases, which a normalisation cancels.
 */
export const vgg = defineFamily({
  id: 'vgg',
  synonyms: [],
  networks: [
    {
      id: 'vgg-16-bn',
      depth: 16,
      name: 'VGG-16-BN',
      shortName: 'VGG-16',
      meaning: '13 convolutions of 64 to 512 filters, batch norm, no shortcuts',
      warmup: gradualWarmup,
      build: backbone,
    },
  ],
})

/** Of each stage: convolutions and their outputs. */
const stages = [
  [2, 64],
  [2, 128],
  [3, 256],
  [3, 512],
  [3, 512],
] as const

/** Returns 13 convolutions with one pool after each stage. */
function backbone(input: ImageShape): Backbone {
  const blocks: Block[] = []
  let { channels, size } = input
  for (const [stage, [count, outputs]] of stages.entries()) {
    for (let k = 0; k < count; k++) {
      const conv = convolution(`stage${stage + 1}.conv${k + 1}`, channels, outputs, size)
      blocks.push(blocks.length === 0 ? stem(input, outputs) : { kind: 'conv', conv, norm: true })
      channels = outputs
    }
    blocks.push({ kind: 'pool' })
    size /= 2
  }
  return { blocks, features: channels }
}
