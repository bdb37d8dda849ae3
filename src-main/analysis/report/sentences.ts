/** Sentences that a comparison supports; they claim no more than its intervals do. Pure. */
import { isGenerated } from '../../contract/datasets/datasetRegistry'
import type { Comparison, ComparisonCell, ComparisonRow } from '../../contract/studies/comparison'
import { cellsInOrder } from '../studies/comparisonTables'
import { archName, datasetName, variantName } from '../text/names'
import { fixed, plural, pointsWords } from '../text/numbers'
import { isSeen, testWords } from '../statistics/significance'

/** Returns a sentence for each variant of each network and data set, against the baseline. */
export function statisticsSentences(comparison: Comparison): string[] {
  return comparison.rows.flatMap((row) => {
    const baseline = row.cells.find((cell) => cell.variant === 'baseline')
    const where = `${datasetName(row.dataset)}, ${archName(row.arch)}, ${plural(row.epochs, 'epoch')}`
    const others = cellsInOrder(row).flatMap((cell) =>
      cell.variant === 'baseline' ? [] : differenceSentence(row, baseline, cell, comparison.comparisons),
    )
    // Without a difference the row's own note is listed here; otherwise it is below Table I.
    if (others.length > 0) return others.map((sentence) => `${where}: ${sentence}`)
    return row.note === '' ? [] : [`${where}: ${row.note}`]
  })
}

function differenceSentence(
  row: ComparisonRow,
  baseline: ComparisonCell | undefined,
  cell: ComparisonCell,
  comparisons: number,
): string[] {
  const { accuracyDrop: drop, accuracyDropInterval: interval, test } = cell
  if (drop === null || !cell.accuracy || !baseline?.accuracy) return []
  const name = `${variantName(cell.variant)}${parametersWords(cell, baseline)}`
  const seeds = seedsWords(cell.accuracy.n, baseline.accuracy.n)
  if (interval === null)
    return [`${name} ${meanWords(drop)} (${seeds}); without an interval this says nothing about other seeds.`]
  const [low, high] = interval
  const range = `95 % interval ${fixed(low)} to ${fixed(high)} points`
  // One of many intervals excludes 0 by chance more often than a single one: a claim must hold after the correction.
  if (comparisons > 1 && test && !isSeen(test) && (low > 0 || high < 0))
    return [
      `${name} ${meanWords(drop)} (drop ${fixed(drop)}, ${range}, ${seeds}). Significant as a single comparison, but not after correction for ${comparisons} comparisons (${testWords(test, comparisons)}, Holm’s rule).`,
    ]
  if (low > 0)
    return [
      `${name} is less accurate than the baseline, by ${pointsWords(drop)} (${range}, ${seeds})${onlyHere(row.dataset)}.`,
    ]
  if (high < 0)
    return [
      `${name} is more accurate than the baseline, by ${pointsWords(drop)} (95 % interval ${fixed(-high)} to ${fixed(-low)} points, ${seeds})${onlyHere(row.dataset)}.`,
    ]
  return [
    `No difference seen between ${name} and the baseline: drop ${fixed(drop)} points (${range}, ${seeds}). This does not show that there is none.`,
  ]
}

/**
 * Returns ' with 75.0 % of the baseline’s trainable parameters', with as many decimals as needed to differ from 100;
 * empty if equal.
 */
function parametersWords(
  { trainableParameters: own }: ComparisonCell,
  { trainableParameters: all }: ComparisonCell,
): string {
  if (own === all) return ''
  const share = (100 * own) / all
  const decimals = [1, 2, 3, 4, 5, 6].find((digits) => Number(share.toFixed(digits)) !== 100) ?? 6
  return ` with ${fixed(share, decimals)} % of the baseline’s trainable parameters`
}

/** Describes the mean relative to the baseline's; a drop that rounds to 0 is neither above nor below. */
function meanWords(drop: number): string {
  if (drop === 0) return 'has the same mean accuracy as the baseline'
  if (Number(fixed(Math.abs(drop))) === 0) return 'has the same mean accuracy as the baseline to two decimals'
  return `has a mean accuracy ${pointsWords(drop)} ${drop > 0 ? 'below' : 'above'} the baseline’s`
}

/** Returns '3 seeds each', or '4 and 5 seeds' with the variant's first. */
function seedsWords(own: number, baseline: number): string {
  return own === baseline ? `${plural(own, 'seed')} each` : `${own} and ${plural(baseline, 'seed')}`
}

const onlyHere = (dataset: ComparisonRow['dataset']): string => (isGenerated(dataset) ? ', on generated images' : '')
