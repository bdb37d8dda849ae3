/**
 * Assembles a batch's images inside the graph from a data set that a variable contains: the only input is the batch's
 * plan.
 */
import { imageChannels, imageSize } from '../contract/experiment'
import { attributes } from './attributes'
import type { GraphBuilder } from './graphDef'
import type { FunctionSignature } from './session'
import type { TFEOpAttr, TFJSBinding } from './tensorflow'

/** The examples of a batch and their augmentation: one value per image each. */
export interface PicturePlan {
  /** Position in the data. */
  examples: Int32Array
  /** Offset of the crop: −4 to 4. */
  rows: Int32Array
  columns: Int32Array
  /** 1 if the crop is mirrored, else 0. */
  mirrored: Int32Array
}

/** In the order of a function's inputs. */
export function planInputs({ examples, rows, columns, mirrored }: PicturePlan): Int32Array[] {
  return [examples, rows, columns, mirrored]
}

/** TensorFlow's DT_INT64. Positions use it, because kernels for int32 arithmetic keep their numbers in host memory. */
const int64 = 9

/**
 * Adds nodes for exactly the images that `fillBatch` writes: every value is looked up in the same table. Each operation
 * has a GPU kernel that keeps the images on the device; ResourceGather selects the pixels because GatherV2 has no GPU
 * kernel for uint8.
 * @param pixels handle of a variable, uint8 [examples × 1024, 3]
 * @param table float32 [768], channel by channel
 * @param n images of a batch
 * @returns the edge of float32 [n, 32, 32, 3], and the plan's inputs in the order of `planInputs`
 */
export function residentPictures(
  graph: GraphBuilder,
  binding: TFJSBinding,
  name: string,
  n: number,
  { pixels, table }: Record<'pixels' | 'table', string>,
): { edge: string; inputs: FunctionSignature['inputs'] } {
  const { type, integer, dims, flag } = attributes(binding)
  const { TF_INT32, TF_UINT8, TF_BOOL, TF_FLOAT } = binding
  let count = 0
  const node = (op: string, inputs: string[], attrs: TFEOpAttr[]): string =>
    graph.add(`${name}/${count++}/${op}`, op, inputs, attrs)
  const constant = (values: number[], shape: number[], dtype: number): string =>
    graph.constant(
      `${name}/${count++}/Const`,
      new Uint8Array(dtype === int64 ? BigInt64Array.from(values, BigInt).buffer : Int32Array.from(values).buffer),
      shape,
      dtype,
    )
  const places = (values: number[], shape: number[]): string => constant(values, shape, int64)

  const T = type('T', int64)
  const wide = (edge: string, from: number): string =>
    node('Cast', [edge], [type('SrcT', from), type('DstT', int64), flag('Truncate', false)])
  const shaped = (edge: string, shape: number[]): string =>
    node('Reshape', [edge, constant(shape, [shape.length], TF_INT32)], [T, type('Tshape', TF_INT32)])
  const add = (a: string, b: string): string => node('AddV2', [a, b], [T])
  const mul = (a: string, b: string): string => node('Mul', [a, b], [T])
  const same = (a: string, b: string): string => node('Equal', [a, b], [T, flag('incompatible_shape_error', true)])
  const last = places([imageSize - 1], [])
  const zero = places([0], [])
  const clip = (edge: string): string => node('Minimum', [node('Maximum', [edge, zero], [T]), last], [T])

  const inputs = ['examples', 'rows', 'columns', 'mirrored'].map((input) => ({
    name: `${name}/${input}`,
    shape: [n],
    dtype: TF_INT32,
  }))
  const [example = '', down = '', right = '', mirrored = ''] = inputs.map((input) => {
    graph.add(input.name, 'Placeholder', [], [type('dtype', input.dtype), dims('shape', input.shape)])
    return shaped(wide(input.name, TF_INT32), [n, 1, 1])
  })
  const range = Array.from({ length: imageSize }, (_, i) => i)
  const row = add(down, places(range, [1, imageSize, 1]))
  // Mirrored: 31 − x = x + (31 − 2x).
  const turned = mul(
    mirrored,
    places(
      range.map((x) => imageSize - 1 - 2 * x),
      [1, 1, imageSize],
    ),
  )
  const column = add(add(right, places(range, [1, 1, imageSize])), turned)
  const [y, x] = [clip(row), clip(column)]
  const place = add(add(mul(example, places([imageSize * imageSize], [])), mul(y, places([imageSize], []))), x)
  const taken = node(
    'ResourceGather',
    [pixels, place],
    [type('dtype', TF_UINT8), type('Tindices', int64), integer('batch_dims', 0), flag('validate_indices', true)],
  )
  // Pixels outside of the image are black: byte 0.
  const inside = shaped(wide(node('LogicalAnd', [same(row, y), same(column, x)], []), TF_BOOL), [
    n,
    imageSize,
    imageSize,
    1,
  ])
  const channel = places(
    Array.from({ length: imageChannels }, (_, c) => 256 * c),
    [1, 1, 1, imageChannels],
  )
  const entry = add(mul(wide(taken, TF_UINT8), inside), channel)
  const edge = node(
    'GatherV2',
    [table, entry, constant([0], [], TF_INT32)],
    [type('Tparams', TF_FLOAT), type('Tindices', int64), type('Taxis', TF_INT32), integer('batch_dims', 0)],
  )
  return { edge, inputs }
}
