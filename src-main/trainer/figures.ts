/** How complementary the filters of every layer are, after epochs that can afford to count it. */
import { figuresCost, hasFigures, layerFigures } from '../analysis/complementarity'
import type { EpochFigures } from '../contract/records'
import type { TrainingGraph } from '../graph/training'
import { multiplications } from '../nn/architecture'
import { convolutions, kernelShape, type NetworkSpec } from '../nn/blocks'

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

export function readFigures(spec: NetworkSpec, graph: TrainingGraph, epoch: number): EpochFigures {
  const layers = convolutions(spec).filter(hasFigures)
  const values = graph.getVariables(layers.map((layer) => `${layer.name}.kernel`))
  return {
    epoch,
    layers: layers.map((layer) => {
      const kernel = values.get(`${layer.name}.kernel`)
      return { layer: layer.name, figures: kernel ? layerFigures({ shape: kernelShape(layer), values: kernel, bank: layer.bank }) : null }
    }),
  }
}
