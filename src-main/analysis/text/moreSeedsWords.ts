/** Describes an estimate of more seeds for the window and the command line. */
import type { MoreSeeds, SeedsForComparison } from '../../contract/studies/moreSeeds'
import { archName, variantName } from './names'
import { duration, fixed, halfWidthWords, plural, ranges, whole } from './numbers'
import { estimateRemark } from './timing'
import { leastSeeds } from '../statistics/statistics'

const pm = (halfWidth: number): string => `± ${fixed(halfWidth)}`
const seeds = (n: number): string => plural(n, 'more seed')

/** '5 more seeds (4–8)' of a network; 'no more seeds' if it needs none. */
export function rowWords({ cells }: Pick<MoreSeeds, 'cells'>, { arch, more }: MoreSeeds['rows'][number]): string {
  if (more === 0) return 'no more seeds'
  const lists = [
    ...new Set(cells.filter((cell) => cell.arch === arch).map((cell) => ranges([...cell.seeds].sort((a, b) => a - b)))),
  ]
  // A variant that is behind the others gets their seeds first.
  return `${seeds(more)}${lists.length === 1 ? ` (${lists.join()})` : ''}`
}

/*'MCNN-F: ± 0.42 now, about ± 0.15 then'. */
export function comparisonWords({ variant, finished, open, halfWidth, expected, goal }: SeedsForComparison): string {
  const name = variantName(variant)
  if (halfWidth === null) {
    const way = Math.max(...open) > 0 ? `, ${whole(open[0])} and ${whole(open[1])} more queued or running` : ''
    return `${name}: needs ${leastSeeds} finished seeds per side; now ${whole(finished[0])} and ${whole(finished[1])}${way}`
  }
  if (goal === 'met') return `${name}: ${pm(halfWidth)} now, narrow enough`
  if (goal === 'beyond') return `${name}: ${pm(halfWidth)} now, out of reach`
  if (goal === 'coming')
    return `${name}: ${pm(halfWidth)} now, about ${pm(expected ?? NaN)} with the queued and running seeds`
  return `${name}: ${pm(halfWidth)} now, about ${pm(expected ?? NaN)} then`
}

/** '24 runs, about 3 h 20 min on this machine'. */
export function costWords({
  runs,
  seconds,
  basis,
  sharedMachine,
}: Pick<MoreSeeds, 'runs' | 'seconds' | 'basis' | 'sharedMachine'>): string {
  const count = plural(runs, 'run')
  if (seconds === null) return `${count}; duration unknown: nothing similar has trained on this machine`
  return `${count}, about ${duration(seconds)} on this machine${basis === 'scaled' ? ', estimated from other networks here' : ''}${estimateRemark({ sharedMachine })}`
}

/** Says whether the intervals are as narrow as requested. */
export function goalWords({ rows }: Pick<MoreSeeds, 'rows'>, halfWidth: number): string {
  const all = rows.flatMap(({ arch, comparisons }) => comparisons.map((comparison) => ({ arch, ...comparison })))
  const unmet = all
    .filter(({ goal }) => goal !== 'met')
    .sort((a, b) => (b.halfWidth ?? Infinity) - (a.halfWidth ?? Infinity))
  const [widest] = unmet
  if (!widest)
    return all.length === 0 ? 'There is nothing to compare.' : `Every interval is under ${halfWidthWords(halfWidth)}.`
  const of = `${archName(widest.arch)}, ${variantName(widest.variant)}`
  return `${whole(all.length - unmet.length)} of ${whole(all.length)} intervals are under ${halfWidthWords(halfWidth)}; ${widest.halfWidth === null ? `${of} has none yet` : `the widest is ${pm(widest.halfWidth)} (${of})`}.`
}
