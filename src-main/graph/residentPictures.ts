/** A batch's pictures made inside a graph, out of a data set that a variable holds: only the batch's plan is an input. */
import { attributes } from './attributes'
import type { GraphBuilder } from './graphDef'
import type { TFJSBinding } from './tensorflow'

/** TensorFlow's DT_INT64. Places are computed in it: int32 arithmetic is, as far as we know, kept in host memory on a GPU. */
const int64 = 9
const side = 32

/**
 * Adds nodes for the very pictures that `fillBatch` writes: every value is looked up in the same table.
 * Not yet run on a GPU: whether each op (GatherV2 of uint8 above all) has a GPU kernel has not been checked.
 * @param edges pixels: uint8 [examples × 1024, 3]; table: float32 [768], channel by channel; examples [n], rows and
 * columns [n] (−4 to 4) and mirrored [n] (0 or 1): int32
 * @returns the edge of float32 [n, 32, 32, 3]
 */
export function residentPictures(graph: GraphBuilder, binding: TFJSBinding, name: string, n: number, edges: Record<'pixels' | 'table' | 'examples' | 'rows' | 'columns' | 'mirrored', string>): string {
  const { type, integer } = attributes(binding)
  let count = 0
  const node = (op: string, inputs: string[], attrs: ReturnType<typeof type>[]): string => graph.add(`${name}/${count++}/${op}`, op, inputs, attrs)
  const whole = (values: number[], shape: number[]): string =>
    graph.constant(`${name}/${count++}/Const`, new Uint8Array(BigInt64Array.from(values, BigInt).buffer), shape, int64)
  const sizes = (values: number[]): string => graph.constant(`${name}/${count++}/Sizes`, new Uint8Array(Int32Array.from(values).buffer), [values.length], binding.TF_INT32)
  const axis = graph.constant(`${name}/axis`, new Uint8Array(4), [], binding.TF_INT32)
  const T = type('T', int64)
  const wide = (edge: string, from: number): string => node('Cast', [edge], [type('SrcT', from), type('DstT', int64)])
  const one = (edge: string): string => node('Reshape', [wide(edge, binding.TF_INT32), sizes([n, 1, 1])], [T, type('Tshape', binding.TF_INT32)])
  const add = (a: string, b: string): string => node('AddV2', [a, b], [T])
  const mul = (a: string, b: string): string => node('Mul', [a, b], [T])
  const gather = (from: string, at: string, dtype: number): string =>
    node('GatherV2', [from, at, axis], [type('Tparams', dtype), type('Tindices', int64), type('Taxis', binding.TF_INT32), integer('batch_dims', 0)])
  const range = Array.from({ length: side }, (_, i) => i)
  const last = whole([side - 1], [])
  const zero = whole([0], [])
  const clip = (edge: string): string => node('Minimum', [node('Maximum', [edge, zero], [T]), last], [T])

  const row = add(one(edges.rows), whole(range, [1, side, 1]))
  // Mirrored: 31 − x, which is x and (31 − 2x) more.
  const column = add(add(one(edges.columns), whole(range, [1, 1, side])), mul(one(edges.mirrored), whole(range.map((x) => side - 1 - 2 * x), [1, 1, side])))
  const [y, x] = [clip(row), clip(column)]
  const inside = node('LogicalAnd', [node('Equal', [row, y], [T]), node('Equal', [column, x], [T])], [])
  const place = add(add(mul(one(edges.examples), whole([side * side], [])), mul(y, whole([side], []))), x)
  const bytes = wide(gather(edges.pixels, place, binding.TF_UINT8), binding.TF_UINT8)
  const mask = node('Reshape', [wide(inside, binding.TF_BOOL), sizes([n, side, side, 1])], [T, type('Tshape', binding.TF_INT32)])
  return gather(edges.table, add(mul(bytes, mask), whole([0, 256, 512], [1, 1, 1, 3])), binding.TF_FLOAT)
}
