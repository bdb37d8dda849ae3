/** What a run's page reads off a confusion matrix. Pure. */
import type { Evaluation } from '../../../../src-main/contract'

type Counts = Pick<Evaluation, 'classes' | 'confusion'>

export interface ClassAccuracy {
  label: number
  right: number
  total: number
  /** 0 to 1; null where no test example is of the class. */
  accuracy: number | null
}

export interface Confusion {
  label: number
  predicted: number
  count: number
  /** Of the examples of the class, 0 to 1. */
  share: number
}

/** [true class][predicted class] */
export function rowsOf({ classes, confusion }: Counts): number[][] {
  return Array.from({ length: classes }, (_, label) => confusion.slice(label * classes, (label + 1) * classes))
}

/** The hardest class first; classes without an example last. */
export function classAccuracies(counts: Counts): ClassAccuracy[] {
  return rowsOf(counts)
    .map((row, label) => {
      const right = row[label] ?? 0
      const total = row.reduce((a, b) => a + b, 0)
      return { label, right, total, accuracy: total === 0 ? null : right / total }
    })
    .sort((a, b) => (a.accuracy ?? 2) - (b.accuracy ?? 2) || a.label - b.label)
}

/** The pairs of classes that are taken for each other most, the most frequent first. */
export function confusions(counts: Counts, limit: number): Confusion[] {
  return rowsOf(counts)
    .flatMap((row, label) => {
      const total = row.reduce((a, b) => a + b, 0)
      return row.flatMap((count, predicted) =>
        predicted === label || count === 0 ? [] : [{ label, predicted, count, share: count / total }],
      )
    })
    .sort((a, b) => b.count - a.count || a.label - b.label || a.predicted - b.predicted)
    .slice(0, limit)
}

/** The largest count off the diagonal: what a matrix's colours are scaled by. */
export function mostConfused(counts: Counts): number {
  return confusions(counts, 1)[0]?.count ?? 0
}
