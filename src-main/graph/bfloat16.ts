/**
 * Rewrites the recorded graph to bfloat16 activations: convolutions, the images of normalisation, and operations
 * between them. Weights, statistics, loss and update stay float32, with casts at the edges. Depthwise convolutions stay
 * float32 too: TensorFlow's CPU kernels would sum a filter's gradient over all pixels of a batch in bfloat16.
 */
import { attributes } from './attributes'
import type { GraphNode } from './graphDef'
import type { TFJSBinding } from './tensorflow'

/** TensorFlow's DT_BFLOAT16, which the addon does not define. */
const bfloat16 = 14

interface Rule {
  /** Indices of inputs of type T; others (sizes, statistics, paddings) keep their types. */
  data: readonly number[]
  /** Indices of outputs of type T; default: the first one. */
  outputs?: readonly number[]
  /** Always in bfloat16; without it, only if one of the data inputs already is. */
  always?: true
}

const rules: Readonly<Record<string, Rule>> = {
  Conv2D: { data: [0, 1], always: true },
  Conv2DBackpropInput: { data: [1, 2], always: true },
  Conv2DBackpropFilter: { data: [0, 2], always: true },
  FusedBatchNormV3: { data: [0] },
  FusedBatchNormGradV3: { data: [0, 1] },
  Add: { data: [0, 1] },
  Sub: { data: [0, 1] },
  AvgPool: { data: [0] },
  AvgPoolGrad: { data: [1] },
  BiasAdd: { data: [0, 1] },
  MaxPool: { data: [0] },
  MaxPoolGrad: { data: [0, 1, 2] },
  Pad: { data: [0] },
  PadV2: { data: [0, 2] },
  Relu: { data: [0] },
  ReluGrad: { data: [0, 1] },
  Slice: { data: [0] },
  // Base filters and their gradient stay float32: bfloat16 would gain nothing.
  WorkbenchBankConv: { data: [0], always: true },
  WorkbenchBankConvGradFilter: { data: [0, 1], outputs: [], always: true },
  WorkbenchBankConvGradInput: { data: [1], always: true },
  WorkbenchNorm: { data: [0, 5] },
  WorkbenchNormGrad: { data: [0, 4, 5, 6], outputs: [0, 3] },
}

/** @param nodes in topological order; they are not changed */
export function toBfloat16(binding: TFJSBinding, nodes: readonly GraphNode[]): GraphNode[] {
  const { type, flag } = attributes(binding)
  const rewritten: GraphNode[] = []
  /** Edges whose tensor is now bfloat16. */
  const narrow = new Set<string>()
  const casts = new Map<string, string>()
  const cast = (edge: string, from: number, to: number): string => {
    const name = `${edge.replace(':', '/')}/${to === bfloat16 ? 'bfloat16' : 'float32'}`
    if (!casts.has(name)) {
      casts.set(name, name)
      rewritten.push({
        name,
        op: 'Cast',
        inputs: [edge],
        attrs: [type('SrcT', from), type('DstT', to), flag('Truncate', false)],
      })
    }
    return name
  }
  for (const node of nodes) {
    const rule = rules[node.op]
    const converts =
      rule !== undefined && (rule.always === true || rule.data.some((i) => narrow.has(node.inputs[i] ?? '')))
    const inputs = node.inputs.map((edge, i) => {
      const wanted = converts && rule.data.includes(i)
      if (wanted && !narrow.has(edge)) return cast(edge, binding.TF_FLOAT, bfloat16)
      if (!wanted && narrow.has(edge)) return cast(edge, bfloat16, binding.TF_FLOAT)
      return edge
    })
    const attrs = converts ? node.attrs.map((attr) => (attr.name === 'T' ? type('T', bfloat16) : attr)) : node.attrs
    rewritten.push({ ...node, inputs, attrs })
    if (converts) for (const i of rule.outputs ?? [0]) narrow.add(i === 0 ? node.name : `${node.name}:${i}`)
  }
  return rewritten
}
