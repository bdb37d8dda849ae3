/** Figures from a confusion matrix. Pure. */
import type { Evaluation } from '../../../../src-main/contract'

type Counts = Pick<Evaluation, 'classes' | 'confusion'>

export interface ClassAccuracy {
  label: number
  right: number
  total: number
  /** 0 to 1; null if the class has no test example. */
  accuracy: number | null
}

export interface Confusion {
  label: number
  predicted: number
  count: number
  /** Share of the class's examples, 0 to 1. */
  share: number
}

/** [true class][predicted class] */
export function rowsOf({ classes, confusion }: Counts): number[][] {
  return Array.from({ length: classes }, (_, label) => confusion.slice(label * classes, (label + 1) * classes))
}

/** The class with the lowest accuracy first; classes without examples last. */
export function classAccuracies(counts: Counts): ClassAccuracy[] {
  return rowsOf(counts)
    .map((row, label) => {
      const right = row[label] ?? 0
      const total = row.reduce((a, b) => a + b, 0)
      return { label, right, total, accuracy: total === 0 ? null : right / total }
    })
    .sort((a, b) => (a.accuracy ?? 2) - (b.accuracy ?? 2) || a.label - b.label)
}

/** The pairs of classes that are confused most often, most frequent first. */
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

/** The largest count off the diagonal, which scales the matrix's colours. */
export function mostConfused(counts: Counts): number {
  return confusions(counts, 1)[0]?.count ?? 0
}
