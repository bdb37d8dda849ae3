/** The note under each row of a comparison. */
import { correctedWords, isSeen, testWords } from '../../analysis/statistics/significance'
import { leastSeeds, testLevel } from '../../analysis/statistics/statistics'
import { variantName } from '../../analysis/text/names'
import { halfWidthWords, plural, pointsWords, ranges } from '../../analysis/text/numbers'
import { isGenerated, type AddedSeeds, type StudyPlan } from '../../contract/experiment'
import { runStates } from '../../contract/runs/states'
import type { ComparisonCell, ComparisonRow } from '../../contract/studies/comparison'
import type { RunRecord } from '../../history/runs/runs'
import { newestDone } from './finishedRuns'

/**
 * Returns sentences about what a row's data can and cannot support.
 * @param comparisons number of tests in the whole table
 */
export function comparisonNote(
  row: ComparisonRow,
  runs: readonly RunRecord[],
  comparisons: number,
  plan: StudyPlan | null,
): string {
  const { cells, precision, dataset } = row
  const sentences = [
    seedsSentence(cells),
    ...findingSentences(cells, comparisons),
    ...addedSentence(addedOf(runs, plan)),
    ...leftOutSentence(cells),
    ...repeatedSentence(runs),
  ]
  if (precision === 'bfloat16') sentences.push('Trained in bfloat16.')
  if (isGenerated(dataset)) sentences.push('The images are synthetic: this says nothing about real photos.')
  return sentences.join(' ')
}

function seedsSentence(cells: readonly ComparisonCell[]): string {
  const counts = cells.map((cell) => cell.accuracy?.n ?? 0)
  const most = Math.max(...counts)
  if (most === 0) return 'No run has finished yet.'
  if (counts.every((n) => n === most)) return `${seeds(most)} each.`
  return `Seeds finished: ${cells.map((cell) => `${variantName(cell.variant)} ${cell.accuracy?.n ?? 0}`).join(', ')}.`
}

/**
 * Describes Welch's test, whichever test a table shows: choosing the more favourable one would overstate the results.
 */
function findingSentences(cells: readonly ComparisonCell[], comparisons: number): string[] {
  const baseline = cells.find(isBaseline)
  const others = cells.filter((cell) => !isBaseline(cell) && cell.accuracy !== null)
  if (others.length === 0) return []
  if (!baseline) return ['No baseline in this study, so no drop.']
  if (!baseline.accuracy) return ['Waiting for a finished baseline.']
  const fewest = Math.min(baseline.accuracy.n, ...others.map((cell) => cell.accuracy?.n ?? 0))
  const few =
    fewest < leastSeeds ? [`At least ${leastSeeds} seeds per side are needed for intervals and p values.`] : []
  const tested = others.flatMap(({ variant, accuracyDrop, test }) =>
    test && accuracyDrop !== null ? [{ name: variantName(variant), drop: accuracyDrop, test }] : [],
  )
  if (tested.length === 0)
    return few.length > 0 ? few : ['All seeds gave the same accuracy: no interval and no p value.']
  const visible = others.flatMap((cell) => cell.smallestVisible ?? [])
  const [seen, unseen] = [tested.filter(({ test }) => isSeen(test)), tested.filter(({ test }) => !isSeen(test))]
  const alone = unseen.filter(({ test }) => test.p <= testLevel)
  const found = [
    ...(['a drop', 'a gain'] as const).flatMap((what) => {
      const members = seen.filter(({ drop }) => drop > 0 === (what === 'a drop'))
      return members.length === 0
        ? []
        : [
            `${what} is seen for ${members.map(({ name, test }) => `${name} (${correctedWords(test, comparisons)})`).join(', ')}`,
          ]
    }),
    ...(unseen.length > 0 ? [`no difference is seen for ${unseen.map(({ name }) => name).join(', ')}`] : []),
  ].join(', ')
  const many = comparisons > 1
  return [
    ...few,
    many
      ? `After correction for ${comparisons} comparisons ${found}.`
      : `${found.charAt(0).toUpperCase()}${found.slice(1)}.`,
    ...(alone.length > 0
      ? [
          `${alone.map(({ name, test }) => `${name} (${testWords(test, comparisons)})`).join(', ')} would be significant uncorrected, but not after correction for ${comparisons} comparisons.`,
        ]
      : []),
    `With these seeds and this spread a true difference under about ${pointsWords(Math.max(...visible), 1)} would be missed more than 20 % of the time (${many ? 'a single ' : ''}t test at 5 %, power 80 %).`,
  ]
}

/** Says that the number of seeds was chosen after results could be seen. */
function addedSentence(added: ReturnType<typeof addedOf>): string[] {
  if (added === null) return []
  const goal = added.halfWidth === null ? '' : ` to get intervals under ${halfWidthWords(added.halfWidth)}`
  const were = added.seeds.length === 1 ? `Seed ${added.seeds.join()} was` : `Seeds ${ranges(added.seeds)} were`
  return [
    `${were} added after results had been seen${goal}: intervals and p values are exact only if the number of seeds is fixed in advance.`,
  ]
}

function leftOutSentence(cells: readonly ComparisonCell[]): string[] {
  const leftOut = runStates
    .filter((state) => state !== 'done')
    .map((state) => ({ state, n: cells.reduce((sum, cell) => sum + cell.counts[state], 0) }))
    .filter(({ n }) => n > 0)
  return leftOut.length === 0 ? [] : [`Not counted: ${leftOut.map(({ n, state }) => `${n} ${state}`).join(', ')}.`]
}

function repeatedSentence(runs: readonly RunRecord[]): string[] {
  const done = runs.filter((run) => run.summary.state === 'done')
  return newestDone(done).length < done.length
    ? ['If a seed was trained more than once, its newest finished run counts.']
    : []
}

/** Returns which seeds of the runs were added after results could be seen, and for which interval. */
function addedOf(
  runs: readonly RunRecord[],
  plan: StudyPlan | null,
): { seeds: number[]; halfWidth: number | null } | null {
  const looked = (plan?.added ?? []).filter((added) => added.finished > 0)
  const isIn = (added: AddedSeeds, { summary: run }: RunRecord): boolean =>
    run.epochs === plan?.training.epochs &&
    added.cells.some((cell) => cell.arch === run.arch && cell.variant === run.variant && cell.seeds.includes(run.seed))
  const members = newestDone(runs).filter((run) => looked.some((added) => isIn(added, run)))
  if (members.length === 0) return null
  const goals = looked.filter((added) => members.some((run) => isIn(added, run))).map((added) => added.halfWidth)
  return {
    seeds: [...new Set(members.map((run) => run.summary.seed))].sort((a, b) => a - b),
    halfWidth: goals.at(-1) ?? null,
  }
}

export function isBaseline(cell: ComparisonCell): boolean {
  return cell.variant === 'baseline'
}

const seeds = (n: number): string => plural(n, 'seed')
