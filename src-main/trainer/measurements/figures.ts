/** How complementary the filters of every layer are, after epochs that can afford to count it. */
import { figuresCost, hasFigures, layerFigures } from '../../analysis/filters/complementarity'
import type { EpochFigures } from '../../contract/models/filters'
import { multiplications } from '../../nn/architecture'
import { convolutions, kernelShape, type NetworkSpec } from '../../nn/networkSpec'
import { requireVariable } from '../variables'

/**
 * Of the epochs' time on a CPU at most so much goes into it, but for the look before the first and that after the last.
 */
const share = 0.01
/**
 * How much longer a multiplication here takes than one of TensorFlow's on two cores: 60 (ResNet-8) to 90 (VGG-16,
 * MobileNetV2).
 */
export const slower = 100

/**
 * Whether they are counted after an epoch: after the last, and after every one where that costs next to nothing, else
 * after every so many. A rule by counts, not by clocks: a run that is repeated keeps the same epochs, one that is
 * extended has its former last one besides.
 */
export function countsFigures(epoch: number, every: number, last: number): boolean {
  return epoch === last || epoch % every === 0
}

/** Of how many epochs one can afford them. */
export function figuresEvery(spec: NetworkSpec, trainExamples: number): number {
  const own =
    convolutions(spec)
      .filter(hasFigures)
      .reduce((sum, layer) => sum + figuresCost(layer), 0) * slower
  // A step is about three forward passes.
  return Math.max(1, Math.ceil(own / (share * 3 * multiplications(spec) * trainExamples)))
}

/** @param values the graph's variables, at least its kernels */
export function figuresOf(spec: NetworkSpec, values: ReadonlyMap<string, Float32Array>, epoch: number): EpochFigures {
  return {
    epoch,
    layers: convolutions(spec)
      .filter(hasFigures)
      .map((layer) => ({
        layer: layer.name,
        figures: layerFigures({
          shape: kernelShape(layer),
          values: requireVariable(values, `${layer.name}.kernel`),
          bank: layer.bank,
        }),
      })),
  }
}
