/** Rewriting of the recorded graph for our own kernels. */
import type { GraphNode } from './graphDef'

/**
 * Where a picture goes two ways, its gradient is a sum. The kernel that takes the gradient can add for itself: a pass
 * over the pictures less a block.
 * @param nodes are left as they are
 */
export function sumGradientsInKernels(nodes: readonly GraphNode[]): GraphNode[] {
  const uses = new Map<string, number>()
  for (const edge of nodes.flatMap((node) => node.inputs)) uses.set(edge, (uses.get(edge) ?? 0) + 1)
  const sums = new Map(nodes.filter((node) => node.op === 'Add' && uses.get(node.name) === 1).map((node) => [node.name, node]))
  const dissolved = new Set<string>()
  const rewritten = nodes.map((node) => {
    const sum = node.op === 'WorkbenchNormGrad' ? sums.get(node.inputs.at(-1) ?? '') : undefined
    if (!sum) return node
    dissolved.add(sum.name)
    return {
      ...node,
      inputs: [...node.inputs.slice(0, -1), ...sum.inputs],
      attrs: node.attrs.map((attr) => (attr.name === 'gradients' ? { name: attr.name, type: attr.type, value: 2 } : attr)),
    }
  })
  return rewritten.filter((node) => !dissolved.has(node.name))
}
