/** The narrow control of a variant: a plain network with about as many trainable parameters. */
import type { LayerSummary } from '../contract/models/models'
import { innerLayersOf } from '../networks/blocks'
import { blockParameters, plainNetwork, trainableParameters, type NetworkSpec } from './networkSpec'

/**
 * Returns the narrow control of a network with multi-band layers. If its blocks have inner channels, each block loses as
 * many as match its parameters; depth and the width between blocks stay. Otherwise all widths are scaled by one factor.
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

/** Reduces the inner channels of each block. The rounding error of one block is carried to the next. */
function narrowBlocks(spec: NetworkSpec, banked: NetworkSpec): NetworkSpec {
  let missing = 0
  for (const [i, block] of spec.blocks.entries()) {
    const model = banked.blocks[i]
    if (!model) continue
    const wanted = blockParameters(model) + missing
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
      // A block's parameters grow linearly with its inner channels.
      const [one, two] = [withInner(1), withInner(2)]
      withInner(Math.min(most, Math.max(1, Math.round((wanted - one) / (two - one) + 1))))
    }
    missing = wanted - blockParameters(block)
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
  // The factor takes a channel from all layers of one width at once: widen single layers if the count gets closer.
  let widths = scaled(low)
  for (let i = widths.length - 1; i >= 0; i--) {
    const wider = widths.map((width, k) => (k === i ? Math.min(width + 1, most[k] ?? 0) : width))
    if (Math.abs(countAt(wider) - wanted) < Math.abs(countAt(widths) - wanted)) widths = wider
  }
  countAt(widths)
  return spec
}
