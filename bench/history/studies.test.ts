import { describe, expect, it } from 'vitest'
import { studyPlan } from '../../src-main/contract/experiment'
import { random } from '../../src-main/nn/random'
import { epochsOf, endingOf } from './curves'
import { madeStudies } from './studies'

describe('generated history', () => {
  it.each([1, 6, 200, 1234, 10_000])('has exactly %i runs, in plans that the program accepts', (runs) => {
    const studies = madeStudies({ runs, epochs: 20, seed: 1 })
    expect(studies.reduce((sum, study) => sum + study.configs.length, 0)).toBe(runs)
    expect(new Set(studies.map((study) => study.id)).size).toBe(studies.length)
    for (const { plan } of studies) if (plan) expect(studyPlan.safeParse(plan).error).toBeUndefined()
    if (runs === 10_000) expect(studies).toHaveLength(10)
  })

  it('has runs of every end state if it is large, and is equal for the same seed', () => {
    const fates = (seed: number): string[] =>
      Array.from({ length: 2000 }, (_, i) => endingOf(200, random(seed, 'history', i, 1), i / 2000).state)
    expect(new Set(fates(1))).toEqual(new Set(['done', 'diverged', 'failed', 'stopped', 'interrupted', 'queued']))
    expect(fates(1)).toEqual(fates(1))
    expect(fates(1)).not.toEqual(fates(2))
  })
})

describe('generated curve', () => {
  const config = madeStudies({ runs: 10_000, epochs: 200, seed: 1 }).find((study) => study.id === 'table-i-cifar-10')
    ?.configs[0]

  it('falls with the learning rate, ends near the paper’s value and stays between 0 and 1', () => {
    if (!config) throw new Error('no config')
    const epochs = epochsOf(config, { state: 'done', epochsDone: 200 }, 7)
    const meanError = (from: number, to: number): number =>
      epochs.slice(from, to).reduce((sum, e) => sum + 1 - e.testAccuracy, 0) / (to - from)
    expect(meanError(80, 100)).toBeGreaterThan(meanError(110, 150) + 0.04)
    expect(meanError(110, 150)).toBeGreaterThan(meanError(160, 200))
    expect(Math.abs((epochs.at(-1)?.testAccuracy ?? 0) - 0.9125)).toBeLessThan(0.01)
    expect(epochs.map((e) => e.learningRate).filter((lr, i, all) => lr !== all[i - 1])).toEqual([0.1, 0.01, 0.001])
    for (const e of epochs) for (const value of Object.values(e)) expect(Number.isFinite(value)).toBe(true)
    expect(Math.min(...epochs.map((e) => e.testAccuracy))).toBeGreaterThanOrEqual(0)
  })

  it('of a diverging run rises before it ends', () => {
    if (!config) throw new Error('no config')
    const epochs = epochsOf(config, { state: 'diverged', epochsDone: 30 }, 7)
    expect(epochs.at(-1)?.trainLoss).toBeGreaterThan((epochs.at(-10)?.trainLoss ?? 0) * 2)
  })
})
