/**
 * Eigenvalues of a symmetric matrix without eigenvectors, a tenth of the work of both. Golub and Van Loan, Matrix
 * Computations, sections 8.3.1 and 8.3.3. Another algorithm would change the last digits of the effective rank, which
 * `mcnn verify` compares exactly with those of stored runs.
 */

/**
 * @param matrix [size, size] row by row; its lower triangle is read and overwritten
 * @returns size eigenvalues in no particular order; NaN among them if the matrix contains NaN
 * @throws Error if the iteration does not converge, which has not been observed
 */
export function symmetricEigenvalues(matrix: Float64Array, size: number): Float64Array {
  const { diagonal, offDiagonal } = tridiagonal(matrix, size)
  iterate(diagonal, offDiagonal)
  return diagonal
}

const at = (values: Float64Array, index: number): number => values[index] as number

/**
 * Reduces the matrix to a tridiagonal one with the same eigenvalues, by one Householder reflection per row, last row
 * first.
 */
function tridiagonal(a: Float64Array, size: number): { diagonal: Float64Array; offDiagonal: Float64Array } {
  const diagonal = new Float64Array(size)
  // offDiagonal[i] is between i − 1 and i.
  const offDiagonal = new Float64Array(size)
  const product = new Float64Array(size)
  for (let i = size - 1; i > 0; i--) {
    const row = i * size
    diagonal[i] = at(a, row + i)
    let scale = 0
    for (let k = 0; k < i; k++) scale += Math.abs(at(a, row + k))
    if (i === 1 || scale === 0) {
      offDiagonal[i] = at(a, row + i - 1)
      continue
    }
    let norm = 0
    for (let k = 0; k < i; k++) {
      a[row + k] = at(a, row + k) / scale
      norm += at(a, row + k) ** 2
    }
    const last = at(a, row + i - 1)
    const length = last > 0 ? -Math.sqrt(norm) : Math.sqrt(norm)
    offDiagonal[i] = scale * length
    const half = norm - last * length
    a[row + i - 1] = last - length
    // product = A u / half, where u is this row. Only the lower triangle of A is stored; it is read by rows.
    product.fill(0, 0, i)
    for (let j = 0; j < i; j++) {
      const u = at(a, row + j)
      let sum = at(a, j * size + j) * u
      for (let k = 0; k < j; k++) {
        const value = at(a, j * size + k)
        sum += value * at(a, row + k)
        product[k] = at(product, k) + value * u
      }
      product[j] = at(product, j) + sum
    }
    let dot = 0
    for (let j = 0; j < i; j++) {
      product[j] = at(product, j) / half
      dot += at(product, j) * at(a, row + j)
    }
    const part = dot / (2 * half)
    for (let j = 0; j < i; j++) product[j] = at(product, j) - part * at(a, row + j)
    for (let j = 0; j < i; j++) {
      const u = at(a, row + j)
      const p = at(product, j)
      for (let k = 0; k <= j; k++) a[j * size + k] = at(a, j * size + k) - u * at(product, k) - p * at(a, row + k)
    }
  }
  if (size > 0) diagonal[0] = at(a, 0)
  return { diagonal, offDiagonal }
}

/** QL iteration with implicit shifts: the off-diagonal converges to 0, the diagonal to the eigenvalues. */
function iterate(d: Float64Array, offDiagonal: Float64Array): void {
  const size = d.length
  const e = new Float64Array(size)
  e.set(offDiagonal.subarray(1))
  for (let l = 0; l < size; l++)
    for (let round = 0; ; round++) {
      let m = l
      while (m < size - 1 && Math.abs(at(e, m)) > Number.EPSILON * (Math.abs(at(d, m)) + Math.abs(at(d, m + 1)))) m++
      if (m === l) break
      if (round === 60) throw new Error('The eigenvalues of this matrix could not be found.')
      const ahead = (at(d, l + 1) - at(d, l)) / (2 * at(e, l))
      const root = Math.hypot(ahead, 1)
      let g = at(d, m) - at(d, l) + at(e, l) / (ahead + (ahead < 0 ? -root : root))
      let [s, c, p] = [1, 1, 0]
      let i = m - 1
      for (; i >= l; i--) {
        const f = s * at(e, i)
        const b = c * at(e, i)
        const r = Math.hypot(f, g)
        e[i + 1] = r
        if (r === 0) {
          d[i + 1] = at(d, i + 1) - p
          e[m] = 0
          break
        }
        s = f / r
        c = g / r
        const rest = at(d, i + 1) - p
        const t = (at(d, i) - rest) * s + 2 * c * b
        p = s * t
        d[i + 1] = rest + p
        g = c * t - b
      }
      if (i >= l) continue
      d[l] = at(d, l) - p
      e[l] = g
      e[m] = 0
    }
}
