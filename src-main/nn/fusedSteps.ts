/** Which operations of a block one call of the backend computes together. */
import type { LayerSummary } from '../contract/models/models'
import { inputsOf, type GraphNode } from '../networks/graph'

/** What the backend computes, in order. `name` is that of the last graph node that the step covers. */
export type FusedStep = { name: string } & (
  | Extract<GraphNode, { op: 'convolution' | 'norm' | 'relu' | 'sum' | 'subsample' | 'pool' }>
  /** Normalisation by the batch, the sum with `residual` if there is one, then relu. */
  | { op: 'normRelu'; input: string; norm: string; residual: string | null }
  /** A convolution and the normalisation of its result by running statistics. */
  | { op: 'foldedConvolution'; input: string; layer: LayerSummary; norm: string }
)

/**
 * Groups the nodes of one block. Training fuses normalisation, sum and relu; evaluation folds a normalisation into the
 * convolution before it. Results that more than one node takes, or that leave the block, stay separate. Nodes of
 * different blocks are never fused, so that a network's arithmetic follows from its blocks.
 */
export function fusedSteps(nodes: readonly GraphNode[], training: boolean): FusedStep[] {
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const uses = (name: string): number => nodes.flatMap(inputsOf).filter((input) => input === name).length
  /** The node of this block that gives `name`, if its operation is `op` and nothing else takes its result. */
  const only = <Op extends GraphNode['op']>(name: string, op: Op): Extract<GraphNode, { op: Op }> | null => {
    const node = byName.get(name)
    return node?.op === op && uses(name) === 1 ? (node as Extract<GraphNode, { op: Op }>) : null
  }
  const covered = new Set<string>()
  const steps = new Map<string, FusedStep>(nodes.map((node) => [node.name, node]))
  for (const { name, ...node } of nodes) {
    if (training && node.op === 'relu') {
      const sum = only(node.input, 'sum')
      const norm = only(sum ? sum.inputs[0] : node.input, 'norm')
      if (!norm) continue
      covered.add(norm.name)
      if (sum) covered.add(sum.name)
      steps.set(name, {
        name,
        op: 'normRelu',
        input: norm.input,
        norm: norm.norm,
        residual: sum ? sum.inputs[1] : null,
      })
    }
    if (!training && node.op === 'norm') {
      const convolution = only(node.input, 'convolution')
      if (!convolution) continue
      covered.add(convolution.name)
      const { input, layer } = convolution
      steps.set(name, { name, op: 'foldedConvolution', input, layer, norm: node.norm })
    }
  }
  return [...steps.values()].filter((step) => !covered.has(step.name))
}
