/** What a comparison supports, in sentences: no more than its intervals do. Pure. */
import type { Comparison, ComparisonCell, ComparisonRow } from '../../contract/records'
import { cellsInOrder } from '../comparisonTables'
import { archName, datasetName, variantName } from '../names'
import { fixed } from '../numbers'
import { pWords } from '../significance'
import { testLevel } from '../statistics'

/** For each network and data set: each variant against the baseline. */
export function statisticsSentences(comparison: Comparison): string[] {
  return comparison.rows.flatMap((row) => {
    const baseline = row.cells.find((cell) => cell.variant === 'baseline')
    const where = `${datasetName(row.dataset)}, ${archName(row.arch)}, ${row.epochs} epochs`
    const others = cellsInOrder(row).flatMap((cell) => (cell.variant === 'baseline' ? [] : differenceSentence(row, baseline, cell, comparison.comparisons)))
    // Without a difference to tell of, what the row says of itself; else it stands under Table I.
    return others.length > 0 ? others.map((sentence) => `${where}: ${sentence}`) : row.note === '' ? [] : [`${where}: ${row.note}`]
  })
}

function differenceSentence({ dataset }: ComparisonRow, baseline: ComparisonCell | undefined, cell: ComparisonCell, comparisons: number): string[] {
  const { accuracyDrop: drop, accuracyDropInterval: interval } = cell
  if (drop === null || !cell.accuracy || !baseline?.accuracy) return []
  const name = variantName(cell.variant)
  const fewer = baseline.trainableParameters === cell.trainableParameters ? '' : ` with ${fixed((100 * cell.trainableParameters) / baseline.trainableParameters, 1)} % of its trainable parameters`
  const seeds = `${cell.accuracy.n} and ${baseline.accuracy.n} seeds`
  if (interval === null) return [`${name}${fewer} comes out ${points(drop)} ${drop > 0 ? 'below' : 'above'} the baseline (${seeds}); without an interval this says nothing about other seeds.`]
  const range = `95 % interval ${fixed(interval[0])} to ${fixed(interval[1])} points`
  // One of many intervals leaves 0 out by chance sooner than a single one: what is claimed stands after the correction.
  if (comparisons > 1 && cell.test && cell.test.corrected >= testLevel && (interval[0] > 0 || interval[1] < 0))
    return [`${name}${fewer}: drop ${fixed(drop)} points (${range}, ${seeds}). Alone this would be a difference (${pWords(cell.test.p)}); among ${comparisons} comparisons it is none (corrected by Holm’s rule, ${pWords(cell.test.corrected)}).`]
  if (interval[0] > 0) return [`${name}${fewer} is less accurate than the baseline, by ${points(drop)} (${range}, ${seeds})${onlyHere(dataset)}.`]
  if (interval[1] < 0) return [`${name}${fewer} is more accurate than the baseline, by ${points(-drop)} (95 % interval ${fixed(-interval[1])} to ${fixed(-interval[0])} points, ${seeds})${onlyHere(dataset)}.`]
  return [`No difference seen between ${name}${fewer} and the baseline: drop ${fixed(drop)} points (${range}, ${seeds}). That is not to say there is none.`]
}

const points = (value: number): string => `${fixed(Math.abs(value))} ${Math.abs(value) === 1 ? 'point' : 'points'}`
const onlyHere = (dataset: ComparisonRow['dataset']): string => (dataset === 'synthetic' ? ', on generated pictures' : '')
