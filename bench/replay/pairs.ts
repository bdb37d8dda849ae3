/** Statistics of paired runs of two engines. Pure. */
import { testOf } from '../../src-main/analysis/statistics/significance'
import { intervalOf, mean, meanOf, sampleStd } from '../../src-main/analysis/statistics/statistics'

/** One run of the program and its replay: test accuracies after the last epoch, 0 to 1. */
export interface Pair {
  runId: string
  variant: string
  seed: number
  program: number
  replay: number
}

export interface PairedSummary {
  variant: string
  n: number
  /** Means and standard deviations in percent. */
  program: { mean: number; std: number | null }
  replay: { mean: number; std: number | null }
  /**
   * Program − replay within pairs, in points; 95 % interval and two-sided p of the paired t test, null below three
   * pairs.
   */
  difference: { mean: number; interval: [number, number] | null; p: number | null }
}

/** Summarises the pairs of each variant, in the order in which the variants first appear. */
export function summarise(pairs: readonly Pair[]): PairedSummary[] {
  return [...new Set(pairs.map(({ variant }) => variant))].map((variant) => {
    const own = pairs.filter((pair) => pair.variant === variant)
    const percent = (of: (pair: Pair) => number): number[] => own.map((pair) => 100 * of(pair))
    const side = (values: number[]): PairedSummary['program'] => ({ mean: mean(values), std: sampleStd(values) })
    const differences = percent((pair) => pair.program - pair.replay)
    const estimated = meanOf(differences)
    return {
      variant,
      n: own.length,
      program: side(percent((pair) => pair.program)),
      replay: side(percent((pair) => pair.replay)),
      difference: { mean: mean(differences), interval: intervalOf(estimated), p: testOf(estimated)?.p ?? null },
    }
  })
}
