/** What we take from jstat, which ships no types. */
declare module 'jstat' {
  const jstat: {
    /** Regularised incomplete beta function I_x(a, b), to about 1e-7 of itself. */
    ibeta(x: number, a: number, b: number): number
    studentt: {
      /** The value that a t-distributed variable stays under with probability `p`. */
      inv(p: number, degreesOfFreedom: number): number
    }
    noncentralt: {
      cdf(t: number, degreesOfFreedom: number, noncentrality: number): number
    }
  }
  export default jstat
}
