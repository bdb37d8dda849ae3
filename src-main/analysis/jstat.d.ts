/** What we take from jstat, which ships no types. */
declare module 'jstat' {
  const jstat: {
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
