/**
 * Computes the output shapes of TensorFlow's operations, so that a step can be recorded without computing it: a
 * ResNet-110 takes a second and no memory; one eager step takes half a minute and ten gigabytes.
 */
import { signBank } from '../analysis/filters/banks'
import type { TFEOpAttr } from './tensorflow'

/** A tensor during recording: `dtype` in TensorFlow's numbering. */
export interface TensorType {
  shape: number[]
  dtype: number
}

/** What a rule can query about the operation. */
interface Call {
  inputs: readonly TensorType[]
  /** Returns the integers of a constant input, such as a shape or axes. */
  values: (input: number) => number[]
  attr: (name: string) => TFEOpAttr['value'] | undefined
}
type Rule = (call: Call) => TensorType[]

/** Number of filters in our own kernels' bank. */
const bands = signBank.length

/** TensorFlow's DT_BOOL. */
const bool = 10

const first = ({ inputs }: Call): TensorType => {
  const [input] = inputs
  if (!input) throw new Error('An operation without inputs has no first input.')
  return input
}
const like: Rule = (call) => [first(call)]
const as = (call: Call, shape: number[], dtype = first(call).dtype): TensorType => ({ shape, dtype })
const second = ({ inputs }: Call): TensorType => inputs[1] ?? { shape: [], dtype: 0 }

function broadcast({ inputs }: Call): number[] {
  const rank = Math.max(...inputs.map(({ shape }) => shape.length))
  return Array.from({ length: rank }, (_, axis) =>
    Math.max(...inputs.map(({ shape }) => shape[axis - rank + shape.length] ?? 1)),
  )
}
const elementwise: Rule = (call) => [as(call, broadcast(call))]

/** Returns the number of windows along one axis. */
function windows(size: number, window: number, stride: number, padding: unknown, pads: number[]): number {
  if (padding === 'SAME') return Math.ceil(size / stride)
  return Math.floor((size + (pads[0] ?? 0) + (pads[1] ?? 0) - window) / stride) + 1
}

function windowed(call: Call, kernel: readonly number[], channels: number): TensorType {
  const [batch = 0, height = 0, width = 0] = first(call).shape
  const strides = call.attr('strides') as number[]
  const dilations = (call.attr('dilations') as number[] | undefined) ?? [1, 1, 1, 1]
  const pads = (call.attr('explicit_paddings') as number[] | undefined) ?? []
  const along = (size: number, axis: 1 | 2): number =>
    windows(
      size,
      ((kernel[axis - 1] ?? 1) - 1) * (dilations[axis] ?? 1) + 1,
      strides[axis] ?? 1,
      call.attr('padding'),
      pads.slice(2 * axis, 2 * axis + 2),
    )
  return as(call, [batch, along(height, 1), along(width, 2), channels])
}

const reduced: Rule = (call) => {
  const { shape } = first(call)
  const axes = call.values(1).map((axis) => (axis + shape.length) % shape.length)
  const left =
    call.attr('keep_dims') === true
      ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
      : shape.filter((_, axis) => !axes.includes(axis))
  return [as(call, left)]
}

const rules: Readonly<Record<string, Rule>> = {
  Add: elementwise,
  ArgMax: (call) => {
    const { shape } = first(call)
    const [axis = 0] = call.values(1)
    return [
      as(
        call,
        shape.filter((_, i) => i !== (axis + shape.length) % shape.length),
        call.attr('output_type') as number,
      ),
    ]
  },
  AvgPool: (call) => [windowed(call, (call.attr('ksize') as number[]).slice(1), first(call).shape[3] ?? 0)],
  AvgPoolGrad: (call) => [{ ...second(call), shape: call.values(0) }],
  BatchMatMulV2: (call) => {
    const [a, b] = [first(call).shape, second(call).shape]
    const rows = call.attr('adj_x') === true ? a.at(-1) : a.at(-2)
    const columns = call.attr('adj_y') === true ? b.at(-2) : b.at(-1)
    return [as(call, [...a.slice(0, -2), rows ?? 0, columns ?? 0])]
  },
  BiasAdd: like,
  Cast: (call) => [as(call, first(call).shape, call.attr('DstT') as number)],
  ConcatV2: (call) => {
    const parts = call.inputs.slice(0, -1)
    const [axis = 0] = call.values(parts.length)
    return [
      as(
        call,
        first(call).shape.map((size, i) =>
          i === axis ? parts.reduce((sum, { shape }) => sum + (shape[i] ?? 0), 0) : size,
        ),
      ),
    ]
  },
  Conv2D: (call) => [windowed(call, second(call).shape, second(call).shape[3] ?? 0)],
  Conv2DBackpropFilter: (call) => [as(call, call.values(1))],
  Conv2DBackpropInput: (call) => [{ ...second(call), shape: call.values(0) }],
  DepthwiseConv2dNative: (call) => {
    const { shape } = second(call)
    return [windowed(call, shape, (shape[2] ?? 0) * (shape[3] ?? 0))]
  },
  DepthwiseConv2dNativeBackpropFilter: (call) => [as(call, call.values(1))],
  DepthwiseConv2dNativeBackpropInput: (call) => [{ ...second(call), shape: call.values(0) }],
  Equal: (call) => [as(call, broadcast(call), bool)],
  FusedBatchNormGradV3: (call) => {
    const scale = call.inputs[2] ?? second(call)
    return [first(call), scale, scale, { ...scale, shape: [0] }, { ...scale, shape: [0] }]
  },
  FusedBatchNormV3: (call) => {
    const scale = second(call)
    // The last output is an implementation detail that only the gradient reads.
    return [first(call), scale, scale, scale, scale, { ...scale, shape: [0] }]
  },
  // Along the first axis, the only one in use.
  GatherV2: (call) => [as(call, [...second(call).shape, ...first(call).shape.slice(1)])],
  MaxPool: (call) => [windowed(call, (call.attr('ksize') as number[]).slice(1), first(call).shape[3] ?? 0)],
  MaxPoolGrad: like,
  Mean: reduced,
  Mul: elementwise,
  PadV2: (call) => {
    const pads = call.values(1)
    return [
      as(
        call,
        first(call).shape.map((size, axis) => size + (pads[2 * axis] ?? 0) + (pads[2 * axis + 1] ?? 0)),
      ),
    ]
  },
  RealDiv: elementwise,
  Relu: like,
  ReluGrad: like,
  Reshape: (call) => {
    const shape = call.values(1)
    const known = shape.filter((size) => size >= 0).reduce((a, b) => a * b, 1)
    const all = first(call).shape.reduce((a, b) => a * b, 1)
    return [
      as(
        call,
        shape.map((size) => (size < 0 ? all / known : size)),
      ),
    ]
  },
  Rsqrt: like,
  Slice: (call) => {
    const [begin, size] = [call.values(1), call.values(2)]
    return [
      as(
        call,
        size.map((length, axis) => (length < 0 ? (first(call).shape[axis] ?? 0) - (begin[axis] ?? 0) : length)),
      ),
    ]
  },
  SparseSoftmaxCrossEntropyWithLogits: (call) => [as(call, first(call).shape.slice(0, 1)), first(call)],
  Sub: elementwise,
  Sum: reduced,
  WorkbenchBankConv: (call) => [as(call, [...first(call).shape.slice(0, 3), bands * (second(call).shape[3] ?? 0)])],
  WorkbenchBankConvGradFilter: (call) => [
    as(call, [3, 3, first(call).shape[3] ?? 0, (second(call).shape[3] ?? 0) / bands]),
  ],
  WorkbenchBankConvGradInput: (call) => [
    { ...second(call), shape: [...second(call).shape.slice(0, 3), first(call).shape[2] ?? 0] },
  ],
  WorkbenchNorm: (call) => {
    const scale = second(call)
    return [first(call), scale, scale, scale, scale]
  },
  WorkbenchNormGrad: (call) => {
    const scale = second(call)
    return [first(call), scale, scale, call.attr('residuals') === 0 ? as(call, [0]) : first(call)]
  },
}

/**
 * @param values the integers of a constant input
 * @returns one type per output, in the operation's order
 * @throws Error for an operation without a rule: add it above
 */
export function outputTypes(
  op: string,
  attrs: readonly TFEOpAttr[],
  inputs: readonly TensorType[],
  values: (input: number) => number[],
): TensorType[] {
  const rule = rules[op]
  if (!rule) throw new Error(`The recorder does not know the output shape of ${op}: add a rule to graph/shapes.ts.`)
  return rule({ inputs, values, attr: (name) => attrs.find((attr) => attr.name === name)?.value })
}
