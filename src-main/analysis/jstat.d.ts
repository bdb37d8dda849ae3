/** The one function that we take from jstat, which ships no types. */
declare module 'jstat' {
  const jstat: {
    studentt: {
      /** The value that a t-distributed variable stays under with probability `p`. */
      inv(p: number, degreesOfFreedom: number): number
    }
  }
  export default jstat
}
