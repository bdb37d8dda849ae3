/** How complementary the filters of every layer are, after epochs that can afford to count it. */
import { figuresCost, layerFigures } from '../analysis/complementarity'
import type { EpochFigures } from '../contract/records'
import type { TrainingGraph } from '../graph/training'
import { convolutions, multiplications, type NetworkSpec } from '../nn/architecture'

/** Of an epoch's time at most so much goes into it. */
const share = 0.01
/** How much longer a multiplication here takes than one of TensorFlow's, at the most. */
const slower = 300

/** Every how many epochs: a rule by counts, not by clocks, so that a run that is repeated keeps the same epochs. */
export function figuresEvery(spec: NetworkSpec, trainExamples: number): number {
  const own = convolutions(spec).reduce((sum, layer) => sum + figuresCost(layer), 0) * slower
  // A step is about three forward passes.
  return Math.max(1, Math.ceil(own / (share * 3 * multiplications(spec) * trainExamples)))
}

export function readFigures(spec: NetworkSpec, graph: TrainingGraph, epoch: number): EpochFigures {
  const layers = convolutions(spec)
  const values = graph.getVariables(layers.map((layer) => `${layer.name}.kernel`))
  return {
    epoch,
    layers: layers.map((layer) => {
      const kernel = values.get(`${layer.name}.kernel`)
      return { layer: layer.name, figures: kernel ? layerFigures({ shape: [...layer.kernel, layer.in, layer.baseFilters], values: kernel, bank: layer.bank }) : null }
    }),
  }
}
