/** Types of the functions that are used of jstat, which has none of its own. */
declare module 'jstat' {
  const jstat: {
    /** Regularised incomplete beta function I_x(a, b), with a relative error of about 1e-7. */
    ibeta(x: number, a: number, b: number): number
    studentt: {
      /** Quantile: the value below which a t-distributed variable lies with probability `p`. */
      inv(p: number, degreesOfFreedom: number): number
    }
    noncentralt: {
      cdf(t: number, degreesOfFreedom: number, noncentrality: number): number
    }
  }
  export default jstat
}
