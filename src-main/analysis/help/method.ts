/** The paper's equations: one text for the window's page and for docs/user/filter-banks.md. */

export const paper =
  'M. Mondal et al., “Multi-band Convolutional Neural Network for Efficient Utilization of Model Parameters”'

interface BandEquation {
  /** Number of the equation in the paper, section III-C. */
  number: number
  kernel: string
  response: string
  /** What the filter of the paper's example detects, whose base filter is all ones (section III-A). */
  detects: string
}

/** In the order of `signBank`: r is the column and s the row of a kernel, both from 0. */
export const bandEquations: readonly BandEquation[] = [
  { number: 1, kernel: 'h₁(r, s) = h(r, s)', response: 'H₁(u, v) = H(u, v)', detects: 'smooth areas' },
  { number: 2, kernel: 'h₂(r, s) = (−1)ʳ h(r, s)', response: 'H₂(u, v) = H(u − π, v)', detects: 'vertical edges' },
  { number: 3, kernel: 'h₃(r, s) = (−1)ˢ h(r, s)', response: 'H₃(u, v) = H(u, v − π)', detects: 'horizontal edges' },
  {
    number: 4,
    kernel: 'h₄(r, s) = (−1)ʳ⁺ˢ h(r, s)',
    response: 'H₄(u, v) = H(u − π, v − π)',
    detects: 'diagonal edges',
  },
]
