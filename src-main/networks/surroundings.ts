/** Which operations belong to a layer, for drawings. */
import { nodesByBlock, type Block } from './blocks'
import { inputsOf, type GraphNode } from './graph'

/** Words such as 'norm, ReLU'; '' for nothing. */
export interface Surroundings {
  before: string
  behind: string
}

/**
 * Returns the normalisation and relu that precede a layer and those that follow it. Sums are left out: a relu after a
 * block's sum counts as following the layer before the sum.
 * @param layer name of a convolution
 */
export function surroundingsOf(blocks: readonly Block[], layer: string): Surroundings {
  const nodes = nodesByBlock(blocks).find((block) => block.some(({ name }) => name === layer)) ?? []
  const named = (name: string | undefined): GraphNode | undefined => nodes.find((node) => node.name === name)
  const consumer = (name: string): GraphNode | undefined => nodes.find((node) => inputsOf(node).includes(name))
  const isOwnNorm = (node: GraphNode | undefined): boolean => node?.op === 'norm' && node.norm === layer

  const convolution = named(layer)
  const previous = convolution && named(inputsOf(convolution)[0])
  const before = previous?.op === 'relu' && isOwnNorm(named(previous.input)) ? 'norm, ReLU' : ''

  const norm = consumer(layer)
  if (!norm || !isOwnNorm(norm)) return { before, behind: '' }
  const next = consumer(norm.name)
  const last = next?.op === 'sum' ? consumer(next.name) : next
  return { before, behind: last?.op === 'relu' ? 'norm, ReLU' : 'norm' }
}
