/** How complementary the filters of every layer are, after epochs that can afford to count it. */
import { figuresCost, hasFigures, layerFigures } from '../analysis/complementarity'
import type { EpochFigures } from '../contract/records'
import { multiplications } from '../nn/architecture'
import { convolutions, kernelShape, type NetworkSpec } from '../nn/blocks'
import { named } from './variables'

/** Of an epoch's time at most so much goes into it. */
const share = 0.02
/** How much longer a multiplication here takes than one of TensorFlow's, at the most. */
const slower = 200

/**
 * Whether they are counted after an epoch: after every one where that costs next to nothing, else after every so many and after
 * epochs 1, 2, 4, 8 and so on. A rule by counts, not by clocks or a run's length: a run that is repeated, or extended, keeps
 * the same epochs.
 */
export function countsFigures(epoch: number, every: number): boolean {
  return epoch % every === 0 || Number.isInteger(Math.log2(epoch))
}

export function figuresEvery(spec: NetworkSpec, trainExamples: number): number {
  const own = convolutions(spec).filter(hasFigures).reduce((sum, layer) => sum + figuresCost(layer), 0) * slower
  // A step is about three forward passes.
  return Math.max(1, Math.ceil(own / (share * 3 * multiplications(spec) * trainExamples)))
}

/** @param values the graph's variables, at least its kernels */
export function figuresOf(spec: NetworkSpec, values: ReadonlyMap<string, Float32Array>, epoch: number): EpochFigures {
  return {
    epoch,
    layers: convolutions(spec)
      .filter(hasFigures)
      .map((layer) => ({ layer: layer.name, figures: layerFigures({ shape: kernelShape(layer), values: named(values, `${layer.name}.kernel`), bank: layer.bank }) })),
  }
}
