/** Measures how complementary the filters of every layer are, after epochs in which the cost allows it. */
import { figuresCost, hasFigures, layerFigures } from '../../analysis/filters/complementarity'
import type { EpochFigures } from '../../contract/models/filters'
import { multiplications } from '../../nn/architecture'
import { convolutions, kernelShape, type NetworkSpec } from '../../nn/networkSpec'
import { requireVariable } from '../variables'

/**
 * Largest share of the epochs' time on a CPU, apart from the measurements before the first and after the last epoch.
 */
const share = 0.01
/**
 * Time of a multiplication here relative to one in TensorFlow on two cores: 60 (ResNet-8) to 90 (VGG-16, MobileNetV2).
 */
export const slower = 100

/**
 * Returns whether figures are computed after an epoch: after the last, and after every nth one, where n depends on the
 * cost. The rule counts operations and reads no clock, so that a repeated run has them at the same epochs. An extended
 * run keeps those of its former last epoch.
 */
export function countsFigures(epoch: number, every: number, last: number): boolean {
  return epoch === last || epoch % every === 0
}

/** Returns the interval between two measurements, in epochs. */
export function figuresEvery(spec: NetworkSpec, trainExamples: number): number {
  const own =
    convolutions(spec)
      .filter(hasFigures)
      .reduce((sum, layer) => sum + figuresCost(layer), 0) * slower
  // A step costs about three forward passes.
  return Math.max(1, Math.ceil(own / (share * 3 * multiplications(spec) * trainExamples)))
}

/** @param values variables of the graph, at least the kernels */
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
