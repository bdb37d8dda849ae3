/** A trained network as an ONNX model. https://github.com/onnx/onnx/blob/main/docs/IR.md, operators of opset 17. */
import type { Kernels } from '../analysis/filters/convolution'
import { littleEndian } from '../nn/safetensors'
import { logitsName, picturesName, type InferenceOperation } from '../nn/inference'
import {
  descriptionOf,
  inputWords,
  metadataOf,
  outputWords,
  pictureShape,
  producer,
  titleOf,
  type About,
} from './about'
import { writerOf, type Fields } from './messages'
import { channelsFirst } from './layouts'

/** The part of onnx.proto (onnx/onnx, Apache 2.0) that is written here; names and numbers are the format's. */
const messages: Record<string, Fields> = {
  ModelProto: {
    ir_version: [1, 'int64'],
    producer_name: [2, 'string'],
    producer_version: [3, 'string'],
    domain: [4, 'string'],
    doc_string: [6, 'string'],
    graph: [7, 'GraphProto'],
    opset_import: [8, 'OperatorSetIdProto', 'many'],
    metadata_props: [14, 'StringStringEntryProto', 'many'],
  },
  OperatorSetIdProto: { domain: [1, 'string'], version: [2, 'int64'] },
  StringStringEntryProto: { key: [1, 'string'], value: [2, 'string'] },
  GraphProto: {
    node: [1, 'NodeProto', 'many'],
    name: [2, 'string'],
    initializer: [5, 'TensorProto', 'many'],
    doc_string: [10, 'string'],
    input: [11, 'ValueInfoProto', 'many'],
    output: [12, 'ValueInfoProto', 'many'],
  },
  NodeProto: {
    input: [1, 'string', 'many'],
    output: [2, 'string', 'many'],
    name: [3, 'string'],
    op_type: [4, 'string'],
    attribute: [5, 'AttributeProto', 'many'],
  },
  AttributeProto: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    ints: [8, 'int64', 'many'],
    type: [20, 'int32'],
  },
  TensorProto: { dims: [1, 'int64', 'many'], data_type: [2, 'int32'], name: [8, 'string'], raw_data: [9, 'bytes'] },
  ValueInfoProto: { name: [1, 'string'], type: [2, 'TypeProto'], doc_string: [3, 'string'] },
  TypeProto: { tensor_type: [1, 'TensorTypeProto'] },
  TensorTypeProto: { elem_type: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  TensorShapeProto: { dim: [1, 'DimensionProto', 'many'] },
  DimensionProto: { dim_value: [1, 'int64'], dim_param: [2, 'string'] },
}
const write = writerOf(messages)

/** Versions of 2021, which every current runtime and viewer reads. */
const opset = 17
const irVersion = 8

const float32 = 1
const int64 = 7
const attributeTypes = { f: 1, i: 2, ints: 7 } as const

type Attribute = { f: number } | { i: number } | { ints: readonly number[] }

/** Returns an ONNX model: input `pictures` [N, 3, 32, 32], raw 0..255; output `logits` [N, classes]; any N. */
export function onnxModel(operations: readonly InferenceOperation[], about: About): Uint8Array {
  const graph = new GraphWriter()
  for (const operation of operations) graph.add(operation)
  const valueInfo = (name: string, shape: readonly number[], doc_string: string): object => ({
    name,
    doc_string,
    type: {
      tensor_type: {
        elem_type: float32,
        shape: { dim: [{ dim_param: 'N' }, ...shape.map((dim_value) => ({ dim_value }))] },
      },
    },
  })
  return write('ModelProto', {
    ir_version: irVersion,
    producer_name: producer,
    producer_version: about.program,
    doc_string: descriptionOf(about, 'NCHW'),
    graph: {
      name: titleOf(about),
      node: graph.nodes,
      initializer: graph.initializers,
      input: [valueInfo(picturesName, pictureShape('NCHW'), inputWords('NCHW'))],
      output: [valueInfo(logitsName, [about.classes.length], outputWords)],
    },
    opset_import: [{ domain: '', version: opset }],
    metadata_props: Object.entries(metadataOf(about)).map(([key, value]) => ({ key, value })),
  })
}

class GraphWriter {
  readonly nodes: object[] = []
  readonly initializers: object[] = []

  add(operation: InferenceOperation): void {
    const { name } = operation
    switch (operation.op) {
      case 'normalise': {
        // Mean and deviation are scaled to 0..255, so that two operations suffice.
        const by = (part: string, values: readonly number[]): string =>
          this.#floats(
            `${name}.${part}`,
            [1, values.length, 1, 1],
            Float32Array.from(values, (v) => 255 * v),
          )
        this.#node('Sub', `${name}.centred`, [operation.input, by('mean', operation.mean)])
        return this.#node('Div', name, [`${name}.centred`, by('std', operation.std)])
      }
      case 'convolution': {
        const { kernels, stride, groups } = operation
        const [rows, columns] = kernels.shape
        const [top, left] = [Math.floor(rows / 2), Math.floor(columns / 2)]
        return this.#node('Conv', name, [operation.input, this.#kernels(`${name}.weight`, kernels)], {
          kernel_shape: { ints: [rows, columns] },
          strides: { ints: [stride, stride] },
          pads: { ints: [top, left, top, left] },
          group: { i: groups },
        })
      }
      case 'norm': {
        const of = (part: 'scale' | 'offset' | 'mean' | 'variance'): string =>
          this.#floats(`${name}.${part}`, [operation[part].length], operation[part])
        return this.#node(
          'BatchNormalization',
          name,
          [operation.input, of('scale'), of('offset'), of('mean'), of('variance')],
          { epsilon: { f: operation.epsilon } },
        )
      }
      case 'relu':
        return this.#node('Relu', name, [operation.input])
      case 'sum':
        return this.#node('Add', name, [...operation.inputs])
      case 'subsample': {
        // To the end: the format marks it by a number larger than any size.
        const ends = this.#integers('subsample.ends', [2 ** 31 - 1, 2 ** 31 - 1])
        const slice = [
          this.#integers('subsample.starts', [0, 0]),
          ends,
          this.#integers('subsample.axes', [2, 3]),
          this.#integers('subsample.steps', [2, 2]),
        ]
        this.#node('Slice', `${name}.pixels`, [operation.input, ...slice])
        return this.#node('Pad', name, [
          `${name}.pixels`,
          this.#integers(`${name}.zeros`, [0, operation.zeros, 0, 0, 0, operation.zeros, 0, 0]),
        ])
      }
      case 'pool':
        return this.#node('MaxPool', name, [operation.input], {
          kernel_shape: { ints: [2, 2] },
          strides: { ints: [2, 2] },
        })
      case 'mean':
        this.#node('GlobalAveragePool', `${name}.pooled`, [operation.input])
        return this.#node('Flatten', name, [`${name}.pooled`], { axis: { i: 1 } })
      case 'dense': {
        const { features, classes } = operation
        return this.#node('Gemm', name, [
          operation.input,
          this.#floats('dense.weight', [features, classes], operation.weight),
          this.#floats('dense.bias', [classes], operation.bias),
        ])
      }
    }
  }

  #node(op_type: string, name: string, input: string[], attributes: Record<string, Attribute> = {}): void {
    const attribute = Object.entries(attributes).map(([key, value]) => ({
      name: key,
      ...value,
      type: attributeTypes[Object.keys(value)[0] as keyof typeof attributeTypes],
    }))
    this.nodes.push({ op_type, name, input, output: [name], attribute })
  }

  #floats(name: string, dims: readonly number[], values: Float32Array): string {
    return this.#tensor(name, dims, float32, littleEndian(values))
  }

  #integers(name: string, values: readonly number[]): string {
    return this.#tensor(name, [values.length], int64, littleEndian(BigInt64Array.from(values, BigInt)))
  }

  /** An existing name has the same value: every shortcut subsamples in the same way. */
  #tensor(name: string, dims: readonly number[], data_type: number, raw_data: Uint8Array): string {
    if (!this.initializers.some((one) => 'name' in one && one.name === name))
      this.initializers.push({ name, dims, data_type, raw_data })
    return name
  }

  #kernels(name: string, kernels: Kernels): string {
    const { shape, values } = channelsFirst(kernels)
    return this.#floats(name, shape, values)
  }
}
