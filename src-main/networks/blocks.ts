/** The block kinds that networks consist of. A new kind needs an entry in `BlockFields` and one in `blockKinds`. */
import type { ConvolutionLayer } from './convolutionLayer'
import { BlockGraph, type GraphNode } from './graph'

interface BlockFields {
  /** A convolution with normalisation and relu; without both if `norm` is false. */
  conv: { conv: ConvolutionLayer; norm: boolean }
  /** The maximum of each 2 × 2 pixels. */
  pool: object
  /**
   * Two convolutions; the second relu follows the sum with the shortcut. He et al. 2016, "Deep residual learning for
   * image recognition", section 4.2.
   */
  basic: {
    conv1: ConvolutionLayer
    conv2: ConvolutionLayer
    /**
     * Option A: the shortcut takes every second pixel and pads zeros on both sides of the channels. True if the block
     * changes the size.
     */
    subsample: boolean
  }
  /**
   * Normalisation and relu precede each convolution and carry its name. Zagoruyko and Komodakis 2016, "Wide residual
   * networks", section 2.
   */
  preactivation: {
    conv1: ConvolutionLayer
    conv2: ConvolutionLayer
    /** A 1 × 1 convolution of the first relu, without normalisation; null if the shortcut is the block's input. */
    shortcut: ConvolutionLayer | null
  }
  /**
   * Expands the channels, filters each one by itself and projects them. Sandler et al. 2018, "MobileNetV2", section 3.
   */
  inverted: {
    /** 1 × 1. */
    expand: ConvolutionLayer
    /** 3 × 3, one group per channel. */
    depthwise: ConvolutionLayer
    /** 1 × 1, with normalisation but without relu. */
    project: ConvolutionLayer
    /** What is added to the result: the block's input, its 1 × 1 convolution with normalisation, or nothing. */
    shortcut: ConvolutionLayer | 'input' | null
  }
  /** A normalisation with its own name, then relu. */
  norm: { name: string; channels: number }
}

type BlockKind = keyof BlockFields

/** A block of a network, as plain data: `bench/replay` writes it to JSON. */
export type Block<K extends BlockKind = BlockKind> = { [P in K]: { kind: P } & BlockFields[P] }[K]

/** The layers around a block's inner channels, which the narrow control of a variant reduces. */
export interface InnerLayers {
  /** Its outputs are the inner channels. */
  from: ConvolutionLayer
  /** Depthwise layers between the two others. */
  through: ConvolutionLayer[]
  /** Its inputs are the inner channels. */
  to: ConvolutionLayer
}

interface BlockKindEntry<K extends BlockKind> {
  /** Adds the block's nodes. Returns the name of its result. */
  connect: (graph: BlockGraph, input: string, block: Block<K>) => string
  /** Null if the block has no inner channels. */
  innerLayers: (block: Block<K>) => InnerLayers | null
}

/** 'stage1.block1' of the layer 'stage1.block1.conv1'. */
const blockName = (layer: ConvolutionLayer): string => layer.name.replace(/\.[^.]*$/, '')

const blockKinds: { [K in BlockKind]: BlockKindEntry<K> } = {
  conv: {
    connect: (graph, input, { conv, norm }) =>
      norm ? graph.convolutionNormRelu(input, conv) : graph.convolution(input, conv),
    innerLayers: () => null,
  },
  pool: {
    connect: (graph, input) => graph.pool(input),
    innerLayers: () => null,
  },
  basic: {
    connect: (graph, input, { conv1, conv2, subsample }) => {
      const name = blockName(conv1)
      const shortcut = subsample ? graph.subsample(input, name, (conv2.out - conv1.in) / 2) : input
      const result = graph.convolutionNorm(graph.convolutionNormRelu(input, conv1), conv2)
      return graph.relu(graph.sum(name, result, shortcut), name)
    },
    innerLayers: ({ conv1, conv2 }) => ({ from: conv1, through: [], to: conv2 }),
  },
  preactivation: {
    connect: (graph, input, { conv1, conv2, shortcut }) => {
      const active = graph.normRelu(input, conv1)
      const result = graph.convolution(graph.normRelu(graph.convolution(active, conv1), conv2), conv2)
      return graph.sum(blockName(conv1), result, shortcut ? graph.convolution(active, shortcut) : input)
    },
    innerLayers: ({ conv1, conv2 }) => ({ from: conv1, through: [], to: conv2 }),
  },
  inverted: {
    connect: (graph, input, { expand, depthwise, project, shortcut }) => {
      const filtered = graph.convolutionNormRelu(graph.convolutionNormRelu(input, expand), depthwise)
      const result = graph.convolutionNorm(filtered, project)
      if (shortcut === null) return result
      return graph.sum(blockName(expand), result, shortcut === 'input' ? input : graph.convolutionNorm(input, shortcut))
    },
    innerLayers: ({ expand, depthwise, project }) => ({ from: expand, through: [depthwise], to: project }),
  },
  norm: {
    connect: (graph, input, { name, channels }) => graph.relu(graph.norm(input, name, channels), name),
    innerLayers: () => null,
  },
}

/** Returns the layers around a block's inner channels; null if it has none. */
export function innerLayersOf<K extends BlockKind>(block: Block<K>): InnerLayers | null {
  return blockKinds[block.kind].innerLayers(block)
}

/**
 * Returns the nodes of one block.
 * @param input name of the result that the block takes
 * @param index of the block in its network
 */
export function blockNodes<K extends BlockKind>(block: Block<K>, input: string, index: number): GraphNode[] {
  const graph = new BlockGraph(index)
  blockKinds[block.kind].connect(graph, input, block)
  return graph.nodes
}

/** The name of a network's input: normalised images. */
export const inputName = 'normalised'

/** Returns the nodes of each block. A block takes the result of the block before it, the first one `inputName`. */
export function nodesByBlock(blocks: readonly Block[]): GraphNode[][] {
  let input = inputName
  return blocks.map((block, index) => {
    const nodes = blockNodes(block, input, index)
    input = nodes.at(-1)?.name ?? input
    return nodes
  })
}
