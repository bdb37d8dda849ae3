/** Rewrites the recorded graph for our own kernels, and for a GPU. */
import type { GraphNode } from './graphDef'

/**
 * If an activation is used twice, its gradient is a sum. The kernel that uses the gradient can add itself, which saves
 * one pass over the activations per block.
 * @param nodes are not changed
 */
export function sumGradientsInKernels(nodes: readonly GraphNode[]): GraphNode[] {
  const uses = new Map<string, number>()
  for (const edge of nodes.flatMap((node) => node.inputs)) uses.set(edge, (uses.get(edge) ?? 0) + 1)
  const sums = new Map(
    nodes.filter((node) => node.op === 'Add' && uses.get(node.name) === 1).map((node) => [node.name, node]),
  )
  const dissolved = new Set<string>()
  const rewritten = nodes.map((node) => {
    const sum = node.op === 'WorkbenchNormGrad' ? sums.get(node.inputs.at(-1) ?? '') : undefined
    if (!sum) return node
    dissolved.add(sum.name)
    return {
      ...node,
      inputs: [...node.inputs.slice(0, -1), ...sum.inputs],
      attrs: node.attrs.map((attr) =>
        attr.name === 'gradients' ? { name: attr.name, type: attr.type, value: 2 } : attr,
      ),
    }
  })
  return rewritten.filter((node) => !dissolved.has(node.name))
}

/**
 * Replaces padding with an explicit zero by padding without a value. On a GPU, `PadV2`, which tfjs uses, needs the
 * value in host memory: a copy from the device in each step, which waits for everything queued before it.
 * @param nodes are not changed
 */
export function padByZero(nodes: readonly GraphNode[]): GraphNode[] {
  const zeros = new Set(
    nodes.filter(({ constant }) => constant?.bytes.every((byte) => byte === 0) === true).map(({ name }) => name),
  )
  return nodes.map((node) =>
    node.op === 'PadV2' && zeros.has(node.inputs[2] ?? '')
      ? { ...node, op: 'Pad', inputs: node.inputs.slice(0, 2) }
      : node,
  )
}
