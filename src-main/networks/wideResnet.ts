import type { Block } from './blocks'
import { convolution } from './convolutionLayer'
import { defineFamily, stem, type Backbone, type ImageShape } from './family'

/** Depth, which is 6n + 4, and width factor. */
const sizes = ['16-4', '16-8'] as const

/** Wide ResNets without dropout: Zagoruyko and Komodakis 2016, "Wide residual networks", section 3. */
export const wideResnet = defineFamily({
  id: 'wrn',
  synonyms: [/^wide-?resnet/],
  networks: sizes.map((label) => {
    const [depth = NaN, width = NaN] = label.split('-').map(Number)
    return {
      id: `wrn-${label}` as const,
      depth,
      name: `WRN-${label}`,
      shortName: `WRN-${label}`,
      meaning: `wide ResNet, pre-activation, ${depth} layers, ${width} times as wide; its paper decays weights by 5e-4`,
      warmup: null,
      build: (input) => backbone((depth - 4) / 6, width, input),
    }
  }),
})

/**
 * Returns a stem and three stages of n blocks with 16, 32 and 64 times `width` channels; stages 2 and 3 halve the size.
 */
function backbone(n: number, width: number, input: ImageShape): Backbone {
  const blocks: Block[] = [stem(input, 16, false)]
  let [channels, size] = [16, input.size]
  for (const [stage, narrow] of [16, 32, 64].entries())
    for (let k = 0; k < n; k++) {
      const name = `stage${stage + 1}.block${k + 1}`
      const outputs = narrow * width
      const stride = stage > 0 && k === 0 ? 2 : 1
      const conv1 = convolution(`${name}.conv1`, channels, outputs, size, { stride })
      const shortcut =
        channels === outputs ? null : convolution(`${name}.shortcut`, channels, outputs, size, { stride, kernel: 1 })
      const conv2 = convolution(`${name}.conv2`, outputs, outputs, conv1.size)
      blocks.push({ kind: 'preactivation', conv1, conv2, shortcut })
      ;[channels, size] = [outputs, conv1.size]
    }
  return { blocks: [...blocks, { kind: 'norm', name: 'final', channels }], features: channels }
}
