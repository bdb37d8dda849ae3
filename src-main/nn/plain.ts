/**
 * The networks without multi-band layers, as lists of blocks. All take pictures of 32 × 32 and none has biases before a
 * normalisation.
 */
import { depthOf, familyOf, imageChannels, imageSize, type Arch, type Variant } from '../contract/experiment'
import type { LayerSummary } from '../contract/models/models'
import type { BlockSpec, NetworkSpec } from './blocks'

export function plainNetwork(arch: Arch, variant: Variant, classes: number): NetworkSpec {
  const { blocks, features } = bodyOf(arch)
  return { arch, variant, classes, blocks, features }
}

type Body = Pick<NetworkSpec, 'blocks' | 'features'>

function bodyOf(arch: Arch): Body {
  switch (familyOf(arch)) {
    case 'resnet':
      return resnet((depthOf(arch) - 2) / 6)
    case 'vgg':
      return vgg()
    case 'wrn':
      return wideResnet((depthOf(arch) - 4) / 6, Number(arch.split('-')[2]))
    case 'mobilenet':
      return mobilenet()
  }
}

interface ConvOptions {
  stride?: number
  kernel?: 1 | 3
  depthwise?: boolean
}

/** @param from side of the picture that it takes, in pixels */
function conv(
  name: string,
  inputs: number,
  out: number,
  from: number,
  { stride = 1, kernel = 3, depthwise = false }: ConvOptions = {},
): LayerSummary {
  return {
    name,
    kernel: [kernel, kernel],
    in: inputs,
    out,
    groups: depthwise ? inputs : 1,
    stride,
    size: from / stride,
    multiband: false,
    baseFilters: out,
    bank: null,
  }
}

const stem = (out: number, norm = true): BlockSpec => ({
  kind: 'conv',
  conv: conv('stem', imageChannels, out, imageSize),
  norm,
})

/** Depth 6n + 2: a stem and three stages of n blocks at 16, 32 and 64 channels. He et al. 2016, section 4.2. */
function resnet(n: number): Body {
  const blocks = [stem(16)]
  let [channels, size] = [16, imageSize]
  for (const [stage, out] of [16, 32, 64].entries())
    for (let k = 0; k < n; k++) {
      const name = `stage${stage + 1}.block${k + 1}`
      const subsample = stage > 0 && k === 0
      const conv1 = conv(`${name}.conv1`, channels, out, size, { stride: subsample ? 2 : 1 })
      blocks.push({ kind: 'basic', conv1, conv2: conv(`${name}.conv2`, out, out, conv1.size), subsample })
      ;[channels, size] = [out, conv1.size]
    }
  return { blocks, features: channels }
}

/**
 * VGG-16 for CIFAR with batch norm: 13 convolutions, a pool behind each stage, one dense layer. Simonyan and Zisserman
 * 2015, column D, in the form that github.com/kuangliu/pytorch-cifar made usual (whose convolutions have biases, which
 * a norm takes away again).
 */
function vgg(): Body {
  const blocks: BlockSpec[] = []
  let [channels, size] = [imageChannels, imageSize]
  for (const [stage, [count, out]] of (
    [
      [2, 64],
      [2, 128],
      [3, 256],
      [3, 512],
      [3, 512],
    ] as const
  ).entries()) {
    for (let k = 0; k < count; k++) {
      blocks.push(
        blocks.length === 0
          ? stem(out)
          : { kind: 'conv', conv: conv(`stage${stage + 1}.conv${k + 1}`, channels, out, size), norm: true },
      )
      channels = out
    }
    blocks.push({ kind: 'pool' })
    size /= 2
  }
  return { blocks, features: channels }
}

/**
 * Depth 6n + 4, three stages of n blocks at 16, 32 and 64 times `wide` channels. Zagoruyko and Komodakis 2016, section
 * 3, without dropout.
 */
function wideResnet(n: number, wide: number): Body {
  const blocks = [stem(16, false)]
  let [channels, size] = [16, imageSize]
  for (const [stage, narrow] of [16, 32, 64].entries())
    for (let k = 0; k < n; k++) {
      const name = `stage${stage + 1}.block${k + 1}`
      const out = narrow * wide
      const stride = stage > 0 && k === 0 ? 2 : 1
      const conv1 = conv(`${name}.conv1`, channels, out, size, { stride })
      const shortcut = channels === out ? null : conv(`${name}.shortcut`, channels, out, size, { stride, kernel: 1 })
      blocks.push({ kind: 'preactivation', conv1, conv2: conv(`${name}.conv2`, out, out, conv1.size), shortcut })
      ;[channels, size] = [out, conv1.size]
    }
  return { blocks: [...blocks, { kind: 'norm', name: 'final', channels }], features: channels }
}

/** Of each stage: how many times the block widens, output channels, blocks, stride of the first. */
const invertedStages = [
  [1, 16, 1, 1],
  [6, 24, 2, 1],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const

/**
 * MobileNetV2 for CIFAR: Sandler et al. 2018, table 2, in the form of github.com/kuangliu/pytorch-cifar: strides 1 in
 * stem and second stage, plain relu, and a convolution on the shortcut where a block of stride 1 changes the channel
 * count.
 */
function mobilenet(): Body {
  const blocks = [stem(32)]
  let [channels, size] = [32, imageSize]
  for (const [stage, [widening, out, count, first]] of invertedStages.entries())
    for (let k = 0; k < count; k++) {
      const name = `stage${stage + 1}.block${k + 1}`
      const stride = k === 0 ? first : 1
      const inner = widening * channels
      const depthwise = conv(`${name}.depthwise`, inner, inner, size, { stride, depthwise: true })
      blocks.push({
        kind: 'inverted',
        expand: conv(`${name}.expand`, channels, inner, size, { kernel: 1 }),
        depthwise,
        project: conv(`${name}.project`, inner, out, depthwise.size, { kernel: 1 }),
        shortcut:
          stride > 1 ? null : channels === out ? 'input' : conv(`${name}.shortcut`, channels, out, size, { kernel: 1 }),
      })
      ;[channels, size] = [out, depthwise.size]
    }
  const head = conv('head', channels, 1280, size, { kernel: 1 })
  return { blocks: [...blocks, { kind: 'conv', conv: head, norm: true }], features: head.out }
}
