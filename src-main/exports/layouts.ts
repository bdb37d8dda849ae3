/** Changes of a kernel's axis order. */
import type { Kernels } from '../analysis/filters/convolution'

/** Returns a kernel [rows, columns, in, out] as [out, in, rows, columns], the order of ONNX and PyTorch. */
export function channelsFirst({ shape: [rows, columns, inputs, out], values }: Kernels): {
  shape: number[]
  values: Float32Array
} {
  const area = rows * columns
  const moved = new Float32Array(values.length)
  for (let place = 0; place < area; place++)
    for (let c = 0; c < inputs; c++)
      for (let o = 0; o < out; o++)
        moved[(o * inputs + c) * area + place] = values[(place * inputs + c) * out + o] as number
  return { shape: [out, inputs, rows, columns], values: moved }
}

/** Returns the transpose, [columns, rows], of a matrix [rows, columns]. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const moved = new Float32Array(values.length)
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) moved[c * rows + r] = values[r * columns + c] as number
  return moved
}
