import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { symmetricEigenvalues } from './eigenvalues'

const sorted = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b)
const flat = (matrix: number[][]): Float64Array => Float64Array.from(matrix.flat())

/** vectors · vectorsᵀ, of a given rank. */
function gram(size: number, rank: number): number[][] {
  const vectors = Array.from({ length: size }, (_, i) =>
    Array.from({ length: rank }, (_, k) => Math.sin(1 + 3.1 * i + 1.7 * k * k + i * k)),
  )
  return vectors.map((a) => vectors.map((b) => a.reduce((sum, x, k) => sum + x * (b[k] ?? NaN), 0)))
}

describe('eigenvalues of a symmetric matrix', () => {
  it.each([
    [1, 3],
    [2, 2],
    [5, 9],
    [16, 27],
    [24, 9],
    [64, 64],
    [120, 40],
  ])('of size %d and rank %d are those of ml-matrix, trace and squares too', (size, rank) => {
    const matrix = gram(size, rank)
    const own = sorted(symmetricEigenvalues(flat(matrix), size))
    const expected = sorted(new EigenvalueDecomposition(new Matrix(matrix), { assumeSymmetric: true }).realEigenvalues)
    const largest = expected.at(-1) ?? NaN
    expect(own).toHaveLength(size)
    own.forEach((value, i) => expect(Math.abs(value - (expected[i] ?? NaN))).toBeLessThan(1e-12 * size * largest))
    expect(own.reduce((a, b) => a + b, 0)).toBeCloseTo(
      matrix.reduce((sum, row, i) => sum + (row[i] ?? NaN), 0),
      6,
    )
    expect(own.reduce((a, b) => a + b * b, 0) / matrix.flat().reduce((a, b) => a + b * b, 0)).toBeCloseTo(1, 10)
  })

  it('are the diagonal of a diagonal matrix, and known of known ones', () => {
    expect(
      sorted(
        symmetricEigenvalues(
          flat([
            [3, 0, 0],
            [0, -1, 0],
            [0, 0, 2],
          ]),
          3,
        ),
      ),
    ).toEqual([-1, 2, 3])
    expect(sorted(symmetricEigenvalues(new Float64Array(16), 4))).toEqual([0, 0, 0, 0])
    const ones = sorted(symmetricEigenvalues(new Float64Array(25).fill(1), 5))
    ones.forEach((value, i) => expect(value).toBeCloseTo(i === 4 ? 5 : 0, 12))
    // −1, 2, −1 along the diagonal: 2 − 2 cos(kπ / (n + 1)).
    const chain = Array.from({ length: 12 }, (_, i) =>
      Array.from({ length: 12 }, (_, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)),
    )
    sorted(symmetricEigenvalues(flat(chain), 12)).forEach((value, k) =>
      expect(value).toBeCloseTo(2 - 2 * Math.cos(((k + 1) * Math.PI) / 13), 12),
    )
    expect(symmetricEigenvalues(new Float64Array(0), 0)).toHaveLength(0)
  })

  it('are NaN if the matrix has NaN', () => {
    expect(symmetricEigenvalues(Float64Array.of(1, NaN, NaN, NaN, 2, 1, NaN, 1, 2), 3).some(Number.isNaN)).toBe(true)
  })
})
