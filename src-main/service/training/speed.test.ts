import { describe, expect, it } from 'vitest'
import { quickStart, type Arch, type Precision, type Variant } from '../../contract/experiment'
import { estimate as estimateSchema } from '../../contract/studies/studies'
import type { RunRecord } from '../../history/runs/runs'
import { modelSummary } from '../../nn/architecture'
import { estimate, remainingSeconds, Speed } from './speed'

interface Sketch {
  arch?: Arch
  variant?: Variant
  secondsAnEpoch?: number | null
  epochsDone?: number
  machine?: string
  precision?: Precision
  state?: 'done' | 'queued' | 'running'
}

function run({
  arch = 'resnet-8',
  variant = 'baseline',
  secondsAnEpoch = 10,
  epochsDone = 5,
  machine = 'here',
  precision = 'float32',
  state = 'done',
}: Sketch = {}): RunRecord {
  const { trainableParameters, trainableFilters } = modelSummary(arch, variant, 10)
  return {
    key: 1,
    summary: {
      id: `${arch}-${variant}-${state}`,
      studyId: 's',
      studyName: 's',
      arch,
      variant,
      dataset: 'synthetic',
      seed: 1,
      epochs: 5,
      configId: 'c',
      state,
      reason: null,
      epochsDone,
      testAccuracy: 0.5,
      bestTestAccuracy: 0.5,
      bestEpoch: 1,
      trainLoss: 1,
      trainableParameters,
      trainableFilters,
      imagesPerSecond: 100,
      seconds: secondsAnEpoch === null || epochsDone === 0 ? null : secondsAnEpoch * epochsDone,
      timing: 'alone',
      createdAt: '2026-01-01T00:00:00Z',
      startedAt: null,
      endedAt: null,
      weightsSha256: null,
    },
    owner: null,
    environmentHash: epochsDone === 0 ? null : machine,
    datasetFingerprint: null,
    weightsFile: null,
    trainExamples: 4000,
    validationExamples: 0,
    testExamples: 1000,
    precision,
    startupSeconds: epochsDone === 0 ? null : 3,
    trashed: false,
    hidden: false,
    checkpoint: null,
  }
}

const plan = {
  ...quickStart,
  variants: ['baseline' as const],
  seeds: [1, 2],
  training: { ...quickStart.training, epochs: 5 },
}

describe('an estimate', () => {
  it('is unknown without a history', () => {
    expect(estimateSchema.parse(estimate(plan, new Speed([])))).toMatchObject({
      runs: 2,
      seconds: null,
      basis: 'unknown',
    })
  })

  it('equals the time of the same runs, starts included', () => {
    expect(estimate(plan, new Speed([run()]))).toMatchObject({ basis: 'measured', seconds: 2 * (3 + 5 * 10) })
  })

  it('scales another depth by its multiplications, and says so', () => {
    const { seconds, basis } = estimate({ ...plan, archs: ['resnet-20'] }, new Speed([run()]))
    const ratio =
      modelSummary('resnet-20', 'baseline', 10).multiplications /
      modelSummary('resnet-8', 'baseline', 10).multiplications
    expect(basis).toBe('scaled')
    expect(seconds).toBeCloseTo(2 * (3 + 50 * ratio), 6)
  })

  it('prefers the same variant to others of the same depth, and ignores other machines', () => {
    const speed = new Speed([
      run({ secondsAnEpoch: 10 }),
      run({ variant: 'mcnn-a', secondsAnEpoch: 30 }),
      run({ secondsAnEpoch: 1, machine: 'there' }),
    ])
    expect(estimate(plan, speed).seconds).toBeCloseTo(106, 6)
    expect(estimate({ ...plan, variants: ['mcnn-f'] }, speed)).toMatchObject({
      basis: 'measured',
      seconds: 2 * (3 + 5 * 20),
    })
  })

  it('uses runs that trained next to another training only if none trained alone, and says so', () => {
    const sharedMachine = (run: RunRecord): boolean => run.summary.seconds === 100
    const facts = { machineOf: () => 'here', sharedMachine }
    const shared = run({ secondsAnEpoch: 20 })
    expect(estimate(plan, new Speed([shared, run({ secondsAnEpoch: 10 })], facts))).toMatchObject({
      basis: 'measured',
      sharedMachine: false,
      seconds: 2 * (3 + 5 * 10),
    })
    expect(estimate(plan, new Speed([shared], facts))).toMatchObject({
      basis: 'measured',
      sharedMachine: true,
      seconds: 2 * (3 + 5 * 20),
    })
    const queued = run({ state: 'queued', epochsDone: 0 })
    expect(remainingSeconds([shared, run({ secondsAnEpoch: 10 }), queued], () => null, sharedMachine)).toBe(53)
  })

  it('ignores the speed of another precision', () => {
    const inBfloat16 = { ...plan, training: { ...plan.training, precision: 'bfloat16' as const } }
    const speed = new Speed([
      run({ secondsAnEpoch: 10 }),
      run({ arch: 'resnet-20', secondsAnEpoch: 5, precision: 'bfloat16' }),
    ])
    expect(estimate(plan, speed)).toMatchObject({ basis: 'measured', seconds: 106 })
    expect(estimate(inBfloat16, speed).basis).toBe('scaled')
    expect(estimate({ ...inBfloat16, archs: ['resnet-20'] }, speed)).toMatchObject({
      basis: 'measured',
      seconds: 2 * (3 + 25),
    })
    expect(estimate(inBfloat16, new Speed([run()]))).toMatchObject({ basis: 'unknown', seconds: null })
  })

  it('grows with the requested number of examples', () => {
    const training = { ...plan.training, trainExamples: 2000, testExamples: 500 }
    expect(estimate({ ...plan, training }, new Speed([run()])).seconds).toBeCloseTo(2 * (3 + 25), 6)
  })
})

describe('the remaining time', () => {
  it('is the rest of the running run plus the estimates of the queued ones', () => {
    const runs = [run(), run({ state: 'running', epochsDone: 2 }), run({ state: 'queued', epochsDone: 0 })]
    expect(remainingSeconds(runs, (id) => (id.endsWith('running') ? 12 : null))).toBeCloseTo(12 + 53, 6)
  })

  it('is unknown before a measurement, and for a study that has ended', () => {
    expect(remainingSeconds([run({ state: 'queued', epochsDone: 0 })], () => null)).toBeNull()
    expect(remainingSeconds([run()], () => null)).toBeNull()
  })
})

describe('runs at the same time', () => {
  const facts = (slots: number, slowdown: number) => ({
    machineOf: () => 'here',
    sharedMachine: () => false,
    sharing: { slots, slowdown },
  })

  it('takes the sum of all times with one slot', () => {
    expect(new Speed([run()], facts(1, 1)).ofAll([10, 20, 30])).toBe(60)
  })

  it('gives each run to the slot that is free first, and slows it down', () => {
    expect(new Speed([run()], facts(2, 1.25)).ofAll([8, 16, 8])).toBe(20)
  })

  it('does not slow down a single run, nor what a run that trains now reports', () => {
    const speed = new Speed([run()], facts(2, 2))
    expect(speed.ofAll([10])).toBe(10)
    expect(speed.ofAll([10], [7])).toBe(20)
    expect(speed.ofAll([], [7, 9])).toBe(9)
  })
})
