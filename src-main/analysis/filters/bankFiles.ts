/** A filter bank's numbers as CSV and JSON files. Pure. */
import type { FilterBank } from '../../contract/models/filters'
import { frequencyAt } from './filterBank'

/**
 * Returns one line per number: weights by row and column of the kernel, magnitudes by frequency in radians per pixel.
 */
export function bankCsv({ banks }: FilterBank): string {
  const lines = ['what,band,channel,row_or_v,column_or_u,value']
  for (const { band, kernel, response } of banks) {
    kernel.forEach((row, s) =>
      row.forEach((pixel, r) => pixel.forEach((value, c) => lines.push(`weight,h${band},${c},${s},${r},${value}`))),
    )
    const size = response.length
    response.forEach((row, v) =>
      row.forEach((pixel, u) =>
        pixel.forEach((value, c) =>
          lines.push(`magnitude,h${band},${c},${frequencyAt(v, size)},${frequencyAt(u, size)},${value}`),
        ),
      ),
    )
  }
  return `${lines.join('\n')}\n`
}

interface ArrayFile {
  dtype: 'float64'
  order: 'C'
  shape: number[]
  dims: string[]
  data: number[]
}

/**
 * Returns the same as arrays with shapes, for NumPy: `np.array(a['data']).reshape(a['shape'])`.
 * @returns JSON with `kernel` [band, row, column, in], `response` [band, v, u, in] and their origin
 */
export function bankJson({ banks, ...about }: FilterBank): string {
  const array = (values: number[][][][], dims: string[]): ArrayFile => ({
    dtype: 'float64',
    order: 'C',
    shape: [values.length, values[0]?.length ?? 0, values[0]?.[0]?.length ?? 0, values[0]?.[0]?.[0]?.length ?? 0],
    dims,
    data: values.flat(3),
  })
  const size = banks[0]?.response.length ?? 0
  return `${JSON.stringify({
    ...about,
    bands: banks.map(({ band }) => `h${band}`),
    frequencies: Array.from({ length: size }, (_, i) => frequencyAt(i, size)),
    kernel: array(
      banks.map(({ kernel }) => kernel),
      ['band', 'row', 'column', 'in'],
    ),
    response: array(
      banks.map(({ response }) => response),
      ['band', 'v', 'u', 'in'],
    ),
  })}\n`
}
