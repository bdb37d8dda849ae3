/** The control of a variant: a plain network that is narrower, until it has as many trainable parameters. */
import type { LayerSummary } from '../contract/models/models'
import { innerLayersOf } from '../networks/blocks'
import { blockParameters, plainNetwork, trainableParameters, type NetworkSpec } from './networkSpec'

/**
 * Of a network with shortcuts, the blocks' inner channels are taken away, block by block; what a stem saves, the first
 * blocks give. Depth and the width between blocks stay. Of one without, all its widths are scaled alike.
 */
export function narrowed(banked: NetworkSpec): NetworkSpec {
  const plain = plainNetwork(banked.arch, banked.variant, banked.classes)
  return plain.blocks.some((block) => innerLayersOf(block) !== null)
    ? narrowBlocks(plain, banked)
    : narrowChain(plain, banked)
}

function setOutputs(layer: LayerSummary, count: number): void {
  layer.out = layer.baseFilters = count
}

/** What one block misses for want of half a channel, the next makes up. */
function narrowBlocks(spec: NetworkSpec, banked: NetworkSpec): NetworkSpec {
  let owed = 0
  for (const [i, block] of spec.blocks.entries()) {
    const model = banked.blocks[i]
    if (!model) continue
    const wanted = blockParameters(model) + owed
    const inner = innerLayersOf(block)
    if (inner) {
      const { from, through, to } = inner
      const most = from.out
      const withInner = (channels: number): number => {
        setOutputs(from, channels)
        for (const layer of through) {
          layer.in = layer.groups = channels
          setOutputs(layer, channels)
        }
        to.in = channels
        return blockParameters(block)
      }
      // A block's count grows by the same with each channel.
      const [one, two] = [withInner(1), withInner(2)]
      withInner(Math.min(most, Math.max(1, Math.round((wanted - one) / (two - one) + 1))))
    }
    owed = wanted - blockParameters(block)
  }
  return spec
}

function narrowChain(spec: NetworkSpec, banked: NetworkSpec): NetworkSpec {
  const wanted = trainableParameters(banked)
  const layers = spec.blocks.flatMap((block) => (block.kind === 'conv' ? [block.conv] : []))
  const most = layers.map((layer) => layer.out)
  const countAt = (widths: readonly number[]): number => {
    for (const [i, layer] of layers.entries()) {
      setOutputs(layer, widths[i] ?? 0)
      const next = layers[i + 1]
      if (next) next.in = layer.out
    }
    spec.features = layers.at(-1)?.out ?? 0
    return trainableParameters(spec)
  }
  const scaled = (factor: number): number[] => most.map((width) => Math.max(1, Math.floor(width * factor)))
  let [low, high] = [0, 1]
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2
    if (countAt(scaled(middle)) <= wanted) low = middle
    else high = middle
  }
  // Layers of one width lose a channel at once: some of them get it back, where that comes nearer.
  let widths = scaled(low)
  for (let i = widths.length - 1; i >= 0; i--) {
    const wider = widths.map((width, k) => (k === i ? Math.min(width + 1, most[k] ?? 0) : width))
    if (Math.abs(countAt(wider) - wanted) < Math.abs(countAt(widths) - wanted)) widths = wider
  }
  countAt(widths)
  return spec
}
