import type { Block } from './blocks'
import { convolution } from './convolutionLayer'
import { defineFamily, stem, suddenWarmup, type Backbone, type ImageShape } from './family'

/** 6n + 2. */
const depths = [8, 14, 20, 32, 44, 56, 110] as const

/** The CIFAR ResNets of He et al. 2016, "Deep residual learning for image recognition", section 4.2. */
export const resnet = defineFamily({
  id: 'resnet',
  synonyms: [],
  networks: depths.map((depth) => ({
    id: `resnet-${depth}` as const,
    depth,
    name: `ResNet-${depth}`,
    shortName: `R${depth}`,
    meaning: 'CIFAR ResNet of He et al. 2016, shortcuts without weights',
    warmup: depth === 110 ? suddenWarmup : null,
    build: (input) => backbone((depth - 2) / 6, input),
  })),
})

/** Returns a stem and three stages of n blocks with 16, 32 and 64 channels; stages 2 and 3 halve the size. */
function backbone(n: number, input: ImageShape): Backbone {
  const blocks: Block[] = [stem(input, 16)]
  let [channels, size] = [16, input.size]
  for (const [stage, outputs] of [16, 32, 64].entries())
    for (let k = 0; k < n; k++) {
      const name = `stage${stage + 1}.block${k + 1}`
      const subsample = stage > 0 && k === 0
      const conv1 = convolution(`${name}.conv1`, channels, outputs, size, { stride: subsample ? 2 : 1 })
      const conv2 = convolution(`${name}.conv2`, outputs, outputs, conv1.size)
      blocks.push({ kind: 'basic', conv1, conv2, subsample })
      ;[channels, size] = [outputs, conv1.size]
    }
  return { blocks, features: channels }
}
