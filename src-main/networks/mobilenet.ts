import type { Block } from './blocks'
import { convolution } from './convolutionLayer'
import { defineFamily, gradualWarmup, stem, type Backbone, type ImageShape } from './family'

/**
 * MobileNetV2 for CIFAR: Sandler et al. 2018, "MobileNetV2", table 2, in the form of github.com/kuangliu/pytorch-cifar:
 * stride 1 in the stem and in the second stage, plain relu, and a convolution on the shortcut if a block with stride 1
 * changes the channel count.
 */
export const mobilenet = defineFamily({
  id: 'mobilenet',
  synonyms: [],
  networks: [
    {
      id: 'mobilenet-v2',
      // The convolutions on its longest path, and the dense layer: its paper gives no depth.
      depth: 54,
      name: 'MobileNetV2',
      shortName: 'MNV2',
      meaning: 'inverted residuals; of its 3 × 3 layers, multi-band ones are the stem and the depthwise',
      warmup: gradualWarmup,
      build: backbone,
    },
  ],
})

/** Of each stage: expansion factor, output channels, blocks, stride of the first block. */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 1],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const

/** Returns a stem, seven stages of inverted blocks and a 1 × 1 head with 1280 channels. */
function backbone(input: ImageShape): Backbone {
  const blocks: Block[] = [stem(input, 32)]
  let [channels, size] = [32, input.size]
  for (const [stage, [expansion, outputs, count, firstStride]] of stages.entries())
    for (let k = 0; k < count; k++) {
      const name = `stage${stage + 1}.block${k + 1}`
      const stride = k === 0 ? firstStride : 1
      const inner = expansion * channels
      const depthwise = convolution(`${name}.depthwise`, inner, inner, size, { stride, depthwise: true })
      blocks.push({
        kind: 'inverted',
        expand: convolution(`${name}.expand`, channels, inner, size, { kernel: 1 }),
        depthwise,
        project: convolution(`${name}.project`, inner, outputs, depthwise.size, { kernel: 1 }),
        shortcut:
          stride > 1
            ? null
            : channels === outputs
              ? 'input'
              : convolution(`${name}.shortcut`, channels, outputs, size, { kernel: 1 }),
      })
      ;[channels, size] = [outputs, depthwise.size]
    }
  const head = convolution('head', channels, 1280, size, { kernel: 1 })
  return { blocks: [...blocks, { kind: 'conv', conv: head, norm: true }], features: head.out }
}
