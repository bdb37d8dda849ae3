/**
 * A network as single operations, each by the names of what it takes: for whoever goes through it without knowing of
 * blocks.
 */
import type { LayerSummary } from '../contract/models/models'
import type { BlockSpec, NetworkSpec } from './blocks'

/** One operation. Its `name` is that of its one result, `input` another's or `inputName`. */
export type Wire = { name: string } & (
  | { op: 'convolution'; input: string; layer: LayerSummary }
  /** By the parameters `${norm}.norm.*`. */
  | { op: 'norm'; input: string; norm: string; channels: number }
  | { op: 'relu'; input: string }
  | { op: 'sum'; inputs: readonly [string, string] }
  /** Every second pixel of both axes, with `zeros` channels of zeros before and after its own. */
  | { op: 'subsample'; input: string; zeros: number }
  /** The largest of each 2 × 2 pixels. */
  | { op: 'pool'; input: string }
)

/** What goes in: pictures, normalised. */
export const inputName = 'normalised'

/**
 * In an order in which each finds its inputs. The last one's result is what the dense layer takes each channel's mean
 * of.
 */
export function wiring({ blocks }: Pick<NetworkSpec, 'blocks'>): Wire[] {
  const wires: Wire[] = []
  const add = (wire: Wire): string => {
    wires.push(wire)
    return wire.name
  }
  const conv = (input: string, layer: LayerSummary): string =>
    add({ name: layer.name, op: 'convolution', input, layer })
  const norm = (input: string, name: string, channels: number): string =>
    add({ name: `${name}.norm`, op: 'norm', input, norm: name, channels })
  const relu = (input: string, of: string): string => add({ name: `${of}.relu`, op: 'relu', input })
  const convNorm = (input: string, layer: LayerSummary): string => norm(conv(input, layer), layer.name, layer.out)
  const convNormRelu = (input: string, layer: LayerSummary): string => relu(convNorm(input, layer), layer.name)
  const blockOf = (layer: LayerSummary): string => layer.name.replace(/\.[^.]*$/, '')
  const sum = (block: string, a: string, b: string): string => add({ name: `${block}.sum`, op: 'sum', inputs: [a, b] })

  const through = (x: string, block: BlockSpec, index: number): string => {
    switch (block.kind) {
      case 'conv':
        return block.norm ? convNormRelu(x, block.conv) : conv(x, block.conv)
      case 'pool':
        return add({ name: `pool${index}`, op: 'pool', input: x })
      case 'basic': {
        const { conv1, conv2, subsample } = block
        const name = blockOf(conv1)
        const shortcut = subsample
          ? add({ name: `${name}.shortcut`, op: 'subsample', input: x, zeros: (conv2.out - conv1.in) / 2 })
          : x
        return relu(sum(name, convNorm(convNormRelu(x, conv1), conv2), shortcut), name)
      }
      case 'preactivation': {
        const { conv1, conv2, shortcut } = block
        const normRelu = (input: string, layer: LayerSummary): string =>
          relu(norm(input, layer.name, layer.in), layer.name)
        const active = normRelu(x, conv1)
        const y = conv(normRelu(conv(active, conv1), conv2), conv2)
        return sum(blockOf(conv1), y, shortcut ? conv(active, shortcut) : x)
      }
      case 'inverted': {
        const { expand, depthwise, project, shortcut } = block
        const y = convNorm(convNormRelu(convNormRelu(x, expand), depthwise), project)
        return shortcut === null ? y : sum(blockOf(expand), y, shortcut === 'input' ? x : convNorm(x, shortcut))
      }
      case 'norm':
        return relu(norm(x, block.name, block.channels), block.name)
    }
  }
  blocks.reduce(through, inputName)
  return wires
}
