/** A network's operations as a graph: training, inference and exports interpret it instead of the block kinds. */
import type { ConvolutionLayer } from './convolutionLayer'

/** One operation. `name` is unique and names its result; `input` and `inputs` are names of other results. */
export type GraphNode = { name: string } & (
  | { op: 'convolution'; input: string; layer: ConvolutionLayer }
  /** Batch normalisation with the parameters `${norm}.norm.*`. */
  | { op: 'norm'; input: string; norm: string; channels: number }
  | { op: 'relu'; input: string }
  | { op: 'sum'; inputs: readonly [string, string] }
  /** Every second pixel of both axes, with `zeros` channels of zeros before and after the input's channels. */
  | { op: 'subsample'; input: string; zeros: number }
  /** The maximum of each 2 × 2 pixels. */
  | { op: 'pool'; input: string }
)

/** Returns the names of a node's inputs. */
export function inputsOf(node: GraphNode): readonly string[] {
  return node.op === 'sum' ? node.inputs : [node.input]
}

/**
 * Builds the nodes of one block, in an order in which each node follows its inputs. Every method adds nodes and
 * returns the name of the last one.
 */
export class BlockGraph {
  readonly nodes: GraphNode[] = []

  /** @param index of the block in its network; names nodes without parameters */
  constructor(private readonly index: number) {}

  convolution(input: string, layer: ConvolutionLayer): string {
    return this.#add({ name: layer.name, op: 'convolution', input, layer })
  }

  /** @param name of the convolution that the normalisation belongs to, or its own */
  norm(input: string, name: string, channels: number): string {
    return this.#add({ name: `${name}.norm`, op: 'norm', input, norm: name, channels })
  }

  /** @param name of a layer or block */
  relu(input: string, name: string): string {
    return this.#add({ name: `${name}.relu`, op: 'relu', input })
  }

  /** Convolution, then its normalisation. */
  convolutionNorm(input: string, layer: ConvolutionLayer): string {
    return this.norm(this.convolution(input, layer), layer.name, layer.out)
  }

  /** Convolution, then its normalisation, then relu. */
  convolutionNormRelu(input: string, layer: ConvolutionLayer): string {
    return this.relu(this.convolutionNorm(input, layer), layer.name)
  }

  /** The normalisation of a layer's input, then relu. */
  normRelu(input: string, layer: ConvolutionLayer): string {
    return this.relu(this.norm(input, layer.name, layer.in), layer.name)
  }

  sum(block: string, a: string, b: string): string {
    return this.#add({ name: `${block}.sum`, op: 'sum', inputs: [a, b] })
  }

  subsample(input: string, block: string, zeros: number): string {
    return this.#add({ name: `${block}.shortcut`, op: 'subsample', input, zeros })
  }

  pool(input: string): string {
    return this.#add({ name: `pool${this.index}`, op: 'pool', input })
  }

  #add(node: GraphNode): string {
    this.nodes.push(node)
    return node.name
  }
}
