import { expect, it } from 'vitest'
import { summarise, type Pair } from './pairs'

const pair = (seed: number, program: number, replay: number): Pair => ({
  runId: `r${seed}`,
  variant: 'baseline',
  seed,
  program,
  replay,
})

it('summarises the differences within pairs as a paired t test does', () => {
  const program = [59.22, 58.53, 56.73, 58.73, 58.31]
  const replay = [60.01, 59.63, 57.15, 58.99, 57.81]
  const [summary] = summarise(program.map((value, i) => pair(i + 1, value / 100, (replay[i] ?? NaN) / 100)))
  // scipy 1.17: ttest_rel(program, replay) and its confidence_interval(); numpy's std(ddof=1).
  expect(summary?.n).toBe(5)
  expect(summary?.program).toEqual({ mean: expect.closeTo(58.304, 6), std: expect.closeTo(0.941955, 5) })
  expect(summary?.difference).toEqual({
    mean: expect.closeTo(-0.414, 6),
    interval: [expect.closeTo(-1.167005, 5), expect.closeTo(0.339005, 5)],
    p: expect.closeTo(0.201595, 5),
  })
})

it('gives no interval for fewer than three pairs, and keeps variants apart', () => {
  const summaries = summarise([pair(1, 0.5, 0.4), { ...pair(1, 0.7, 0.7), variant: 'mcnn-l' }, pair(2, 0.6, 0.6)])
  expect(summaries.map(({ variant, n }) => [variant, n])).toEqual([
    ['baseline', 2],
    ['mcnn-l', 1],
  ])
  expect(summaries[0]?.difference).toEqual({ mean: expect.closeTo(5, 9), interval: null, p: null })
})
