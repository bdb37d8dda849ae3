/**
 * A trained network as TensorFlow's SavedModel. Its weights are constants of the graph, so that the model needs no
 * variables and no file of them.
 */
import { littleEndian } from '../nn/safetensors'
import { logitsName, picturesName, type InferenceOperation } from '../nn/inference'
import { descriptionOf, inputWords, metadataOf, outputWords, pictureShape, type About } from './about'
import { writerOf, type Fields } from './messages'

/**
 * The part of TensorFlow's protocol (tensorflow/core/{framework,protobuf}/*.proto, Apache 2.0) that is written here;
 * names and numbers are the protocol's.
 */
const messages: Record<string, Fields> = {
  SavedModel: { saved_model_schema_version: [1, 'int64'], meta_graphs: [2, 'MetaGraphDef', 'many'] },
  MetaGraphDef: {
    meta_info_def: [1, 'MetaInfoDef'],
    graph_def: [2, 'GraphDef'],
    signature_def: [5, 'SignatureDef', 'map'],
  },
  MetaInfoDef: { tags: [4, 'string', 'many'] },
  GraphDef: { node: [1, 'NodeDef', 'many'], versions: [4, 'VersionDef'] },
  VersionDef: { producer: [1, 'int32'] },
  NodeDef: { name: [1, 'string'], op: [2, 'string'], input: [3, 'string', 'many'], attr: [5, 'AttrValue', 'map'] },
  AttrValue: {
    list: [1, 'ListValue'],
    s: [2, 'bytes'],
    i: [3, 'int64'],
    f: [4, 'float'],
    b: [5, 'bool'],
    type: [6, 'int32'],
    shape: [7, 'TensorShapeProto'],
    tensor: [8, 'TensorProto'],
  },
  ListValue: { i: [3, 'int64', 'many'] },
  TensorShapeProto: { dim: [2, 'Dim', 'many'] },
  Dim: { size: [1, 'int64'] },
  TensorProto: { dtype: [1, 'int32'], tensor_shape: [2, 'TensorShapeProto'], tensor_content: [4, 'bytes'] },
  SignatureDef: { inputs: [1, 'TensorInfo', 'map'], outputs: [2, 'TensorInfo', 'map'], method_name: [3, 'string'] },
  TensorInfo: { name: [1, 'string'], dtype: [2, 'int32'], tensor_shape: [3, 'TensorShapeProto'] },
}
const write = writerOf(messages)

/** A GraphDef's version that has the operations used here, the same as in `graph/graphDef.ts`. */
const producer = 27
const float32 = 1
const int32 = 3

/**
 * Returns the files of a SavedModel by their path in its folder. Input `pictures` [N, 32, 32, 3], raw 0..255; output `logits`
 * [N, classes].
 */
export function savedModelFiles(operations: readonly InferenceOperation[], about: About): Map<string, Uint8Array> {
  const graph = new GraphWriter()
  graph.placeholder(picturesName, pictureShape('NHWC'))
  for (const operation of operations) graph.add(operation)
  const info = (name: string, sizes: readonly number[]): object => ({
    name: `${name}:0`,
    dtype: float32,
    tensor_shape: shapeOf([-1, ...sizes]),
  })
  const model = write('SavedModel', {
    saved_model_schema_version: 1,
    meta_graphs: [
      {
        meta_info_def: { tags: ['serve'] },
        graph_def: { node: graph.nodes, versions: { producer } },
        signature_def: {
          serving_default: {
            inputs: { [picturesName]: info(picturesName, pictureShape('NHWC')) },
            outputs: { [logitsName]: info(logitsName, [about.classes.length]) },
            method_name: 'tensorflow/serving/predict',
          },
        },
      },
    ],
  })
  const metadata = {
    ...metadataOf(about),
    description: descriptionOf(about, 'NHWC'),
    inputs: { [picturesName]: inputWords('NHWC') },
    outputs: { [logitsName]: outputWords },
  }
  // The field that the format reserves for extensions.
  return new Map([
    ['saved_model.pb', model],
    ['assets.extra/model.json', new TextEncoder().encode(`${JSON.stringify(metadata, null, 2)}\n`)],
  ])
}

const shapeOf = (sizes: readonly number[]): object => ({ dim: sizes.map((size) => ({ size })) })
const text = (value: string): object => ({ s: new TextEncoder().encode(value) })
const type = { type: float32 }

class GraphWriter {
  readonly nodes: object[] = []

  placeholder(name: string, sizes: readonly number[]): void {
    this.#node('Placeholder', name, [], { dtype: type, shape: { shape: shapeOf([-1, ...sizes]) } })
  }

  add(operation: InferenceOperation): void {
    const { name } = operation
    switch (operation.op) {
      case 'normalise': {
        // In units of the input, so that two operations suffice.
        const by = (part: string, values: readonly number[]): string =>
          this.#floats(
            `${name}.${part}`,
            [values.length],
            Float32Array.from(values, (v) => 255 * v),
          )
        this.#node('Sub', `${name}.centred`, [operation.input, by('mean', operation.mean)], { T: type })
        return this.#node('RealDiv', name, [`${name}.centred`, by('std', operation.std)], { T: type })
      }
      case 'convolution': {
        const { kernels, stride, groups } = operation
        const [top, left] = [Math.floor(kernels.shape[0] / 2), Math.floor(kernels.shape[1] / 2)]
        if (groups > 1) {
          // A filter's multiplier is the last axis: the same numbers in the same order.
          const [rows, columns, , channels] = kernels.shape
          this.#node(
            'Pad',
            `${name}.padded`,
            [operation.input, this.#integers(`${name}.zeros`, [4, 2], [0, 0, top, top, left, left, 0, 0])],
            { T: type, Tpaddings: { type: int32 } },
          )
          return this.#node(
            'DepthwiseConv2dNative',
            name,
            [`${name}.padded`, this.#floats(`${name}.weight`, [rows, columns, channels, 1], kernels.values)],
            { T: type, strides: { list: { i: [1, stride, stride, 1] } }, padding: text('VALID') },
          )
        }
        // SAME would put all zeros of a stride of 2 after the image.
        return this.#node(
          'Conv2D',
          name,
          [operation.input, this.#floats(`${name}.weight`, kernels.shape, kernels.values)],
          {
            T: type,
            strides: { list: { i: [1, stride, stride, 1] } },
            padding: text('EXPLICIT'),
            explicit_paddings: { list: { i: [0, 0, top, top, left, left, 0, 0] } },
          },
        )
      }
      case 'norm': {
        const of = (part: 'scale' | 'offset' | 'mean' | 'variance'): string =>
          this.#floats(`${name}.${part}`, [operation[part].length], operation[part])
        return this.#node(
          'FusedBatchNormV3',
          name,
          [operation.input, of('scale'), of('offset'), of('mean'), of('variance')],
          { T: type, U: type, epsilon: { f: operation.epsilon }, is_training: { b: false } },
        )
      }
      case 'relu':
        return this.#node('Relu', name, [operation.input], { T: type })
      case 'sum':
        return this.#node('AddV2', name, [...operation.inputs], { T: type })
      case 'subsample': {
        // Pooling over one pixel, as in training.
        const window = (side: number): object => ({ list: { i: [1, side, side, 1] } })
        this.#node('AvgPool', `${name}.pixels`, [operation.input], {
          T: type,
          ksize: window(1),
          strides: window(2),
          padding: text('VALID'),
        })
        return this.#node(
          'Pad',
          name,
          [
            `${name}.pixels`,
            this.#integers(`${name}.zeros`, [4, 2], [0, 0, 0, 0, 0, 0, operation.zeros, operation.zeros]),
          ],
          { T: type, Tpaddings: { type: int32 } },
        )
      }
      case 'pool': {
        const window = { list: { i: [1, 2, 2, 1] } }
        return this.#node('MaxPool', name, [operation.input], {
          T: type,
          ksize: window,
          strides: window,
          padding: text('VALID'),
        })
      }
      case 'mean':
        return this.#node('Mean', name, [operation.input, this.#integers(`${name}.axes`, [2], [1, 2])], {
          T: type,
          Tidx: { type: int32 },
          keep_dims: { b: false },
        })
      case 'dense': {
        const { features, classes } = operation
        this.#node(
          'MatMul',
          'dense',
          [operation.input, this.#floats('dense.weight', [features, classes], operation.weight)],
          { T: type },
        )
        return this.#node('BiasAdd', name, ['dense', this.#floats('dense.bias', [classes], operation.bias)], {
          T: type,
        })
      }
    }
  }

  #node(op: string, name: string, input: string[], attr: Record<string, object>): void {
    this.nodes.push({ op, name, input, attr })
  }

  #floats(name: string, sizes: readonly number[], values: Float32Array): string {
    return this.#constant(name, sizes, float32, littleEndian(values))
  }

  #integers(name: string, sizes: readonly number[], values: readonly number[]): string {
    return this.#constant(name, sizes, int32, littleEndian(Int32Array.from(values)))
  }

  #constant(name: string, sizes: readonly number[], dtype: number, tensor_content: Uint8Array): string {
    this.#node('Const', name, [], {
      dtype: { type: dtype },
      value: { tensor: { dtype, tensor_shape: shapeOf(sizes), tensor_content } },
    })
    return name
  }
}
