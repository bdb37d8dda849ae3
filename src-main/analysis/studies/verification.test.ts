import { describe, expect, it } from 'vitest'
import { epochFields } from '../../contract/runs/metrics'
import type { Environment } from '../../contract/runs/environment'
import type { EpochMetrics, StepMetrics } from '../../contract/runs/metrics'
import type { Verification } from '../../contract/publish/verification'
import {
  circumstancesOf,
  comparedWords,
  differencesOf,
  disagreements,
  extentWords,
  unexplained,
  verdictSentence,
  verdictText,
  type KeptRecord,
  type Measured,
} from './verification'
import { secondsAgain, secondsLeft } from './verificationTime'

const epoch = (n: number, change: Partial<EpochMetrics> = {}): EpochMetrics => ({
  epoch: n,
  trainLoss: 1 / n,
  trainAccuracy: 0.1 * n,
  testLoss: 2 / n,
  testAccuracy: 0.05 * n,
  learningRate: 0.1,
  imagesPerSecond: 100,
  seconds: 1,
  waitSeconds: 0,
  cpuSeconds: 1,
  memoryBytes: 1,
  ...change,
})
const step = (n: number, loss: number | null = 1 / n): StepMetrics => ({
  step: n,
  epoch: 1,
  loss,
  learningRate: 0.1,
  stepMs: 5,
})
const kept = { epochs: [epoch(1), epoch(2)], steps: [step(1), step(2), step(4)], weightsSha256: 'a'.repeat(64) }
const all = { epochs: 2, step: 4 }

describe('comparison of a retrained run', () => {
  it('ignores different times', () => {
    const again = {
      ...kept,
      epochs: kept.epochs.map((e) => ({ ...e, seconds: 9, imagesPerSecond: 1, memoryBytes: null })),
      steps: kept.steps.map((s) => ({ ...s, stepMs: 7 })),
    }
    expect(differencesOf(kept, again, all)).toEqual({
      differences: [],
      compared: { epochs: 2, steps: 3, weights: true },
    })
  })

  it('detects a difference in the last bit of a loss', () => {
    const { differences } = differencesOf(
      kept,
      { ...kept, steps: [step(1), step(2, 0.5 + Number.EPSILON / 2), step(4, null)] },
      all,
    )
    expect(differences).toEqual([
      `The loss of step 2 is ${0.5 + Number.EPSILON / 2} instead of 0.5. 2 of 3 steps compared differ.`,
    ])
  })

  it('detects a different number in an epoch, a missing epoch and different weights', () => {
    expect(
      differencesOf(kept, { ...kept, epochs: [epoch(1)], weightsSha256: 'b'.repeat(64) }, all).differences,
    ).toEqual([
      'Epoch 2 was not reached again.',
      `The final weights differ: SHA-256 ${'b'.repeat(16)}… instead of ${'a'.repeat(16)}….`,
    ])
    expect(
      differencesOf(kept, { ...kept, epochs: [epoch(1, { testAccuracy: 0.06 }), epoch(2)] }, all).differences,
    ).toEqual(['The test accuracy of epoch 1 is 0.06 instead of 0.05.'])
  })

  it('covers every computed metric, validation included', () => {
    const validated = { ...kept, epochs: [epoch(1, { validationLoss: 0.5, validationAccuracy: 0.25 })] }
    const computed = Object.entries(epochFields).filter(([, metric]) => metric.computed)
    for (const [field, { words }] of computed) {
      const again = { ...validated, epochs: validated.epochs.map((one) => ({ ...one, [field]: 0.123 })) }
      expect(differencesOf(validated, again, all).differences).toEqual([
        expect.stringMatching(new RegExp(`^The ${words} of epoch 1 is 0\\.123 instead of `)),
      ])
    }
    expect(computed.map(([field]) => field)).toContain('validationAccuracy')
  })

  it('detects a missing record, unless that record is only sampled', () => {
    const one = { words: 'base filters of stem after epoch 1', epoch: 1, sha256: 'a' }
    const other = { words: 'complementarity of stem after epoch 2', epoch: 2, sha256: 'b' }
    const of = (...records: KeptRecord[]): Measured => ({ ...kept, records })
    expect(differencesOf(of(one, other), of({ ...one, sha256: 'c' }), all).differences).toEqual([
      'The base filters of stem after epoch 1 differ. 2 of 2 compared records differ.',
    ])
    expect(differencesOf(of(other), of(), all).differences).toEqual([
      'The complementarity of stem after epoch 2 are missing in the retraining.',
    ])
    expect(differencesOf(of({ ...other, sampled: true }), of(), all).differences).toEqual([])
    expect(differencesOf(of(one, other), of(one), { epochs: 1, step: 4 }).differences).toEqual([])
  })

  it('covers every row of a complete run, also those beyond its end', () => {
    const beyond = { ...kept, epochs: [epoch(1), epoch(9)] }
    expect(differencesOf(beyond, kept, all).differences).toEqual([])
    expect(differencesOf(beyond, kept, { ...all, whole: true }).differences).toEqual(['Epoch 9 was not reached again.'])
  })

  it('ends where the retraining ended, and includes weights only if there are some', () => {
    expect(
      differencesOf(kept, { epochs: [], steps: [step(1), step(2)], weightsSha256: null }, { epochs: 0, step: 2 }),
    ).toEqual({ differences: [], compared: { epochs: 0, steps: 2, weights: false } })
  })
})

it('detects facts that the history stores twice with different values', () => {
  const facts = [
    { words: 'best epoch', kept: 3, given: 2 },
    { words: 'variant', kept: 'mcnn-f', given: 'mcnn-f' },
    { words: 'seconds', kept: null, given: 4 },
  ]
  expect(disagreements(facts)).toEqual([
    'The best epoch in the run’s row is 3, but its config and measurements give 2. 1 other fact disagrees likewise.',
  ])
  expect(disagreements(facts.slice(1, 2))).toEqual([])
})

describe('circumstances', () => {
  const here: Environment = {
    program: '1.0',
    git: { commit: 'c0ffee', dirty: false },
    node: 'v24',
    tensorflow: '2.21',
    tfjs: '4.22',
    device: 'cpu',
    cpu: 'a processor',
    cores: 2,
    threads: { intraOp: 2, interOp: 1 },
    memoryBytes: 1e9,
    platform: 'linux',
    gpuMath: null,
  }
  const now = {
    environment: here,
    datasetFingerprint: 'd',
    convolutions: ['Banks: forward shared (1.0 ms shared, 2.0 ms expanded).'],
  }

  it('are omitted if they are equal or change no bit', () => {
    expect(
      circumstancesOf(
        {
          ...now,
          environment: { ...here, threads: { intraOp: 2, interOp: 9 }, memoryBytes: 5 },
          convolutions: ['Banks: forward shared (1.5 ms shared, 1.9 ms expanded).'],
        },
        now,
      ),
    ).toEqual([])
  })

  it('are listed with both values if they differ', () => {
    const then = {
      datasetFingerprint: 'e',
      environment: { ...here, device: 'a GPU', threads: { intraOp: 4, interOp: 1 }, git: null, tensorflow: '2.20' },
      convolutions: ['Banks: forward expanded (1 ms shared, 1 ms expanded).'],
    }
    expect(circumstancesOf(then, now)).toEqual([
      { what: 'data', then: 'e', now: 'd' },
      { what: 'device', then: 'a GPU', now: 'cpu' },
      { what: 'TensorFlow', then: '2.20', now: '2.21' },
      { what: 'threads per op', then: '4', now: '2' },
      { what: 'commit', then: '–', now: 'c0ffee' },
      { what: 'multi-band layers (tuning.json)', then: 'Banks: forward expanded.', now: 'Banks: forward shared.' },
    ])
  })

  it('include each environment variable that can change bits, and the vector instructions', () => {
    const of = (variables: Record<string, string>, instructions = 'avx2') => ({
      ...now,
      environment: { ...here, variables, instructions },
    })
    expect(
      circumstancesOf(
        of({ CUDA_DEVICE_ORDER: 'PCI_BUS_ID' }, 'avx2 avx512f'),
        of({ CUDA_DEVICE_ORDER: 'PCI_BUS_ID', TF_ENABLE_ONEDNN_OPTS: '0' }),
      ),
    ).toEqual([
      { what: 'vector instructions', then: 'avx2 avx512f', now: 'avx2' },
      { what: 'environment variable TF_ENABLE_ONEDNN_OPTS', then: 'not set', now: '0' },
    ])
    expect(circumstancesOf(now, of({ TF_ENABLE_ONEDNN_OPTS: '0' }))).toEqual([])
  })

  it('include another level of kernels, unless the level of the run is unknown', () => {
    const of = (kernels?: string | null) => ({
      ...now,
      environment: { ...here, ...(kernels !== undefined && { kernels }) },
    })
    expect(circumstancesOf(of('x86-64-v4'), of('x86-64-v3'))).toEqual([
      { what: 'kernels', then: 'x86-64-v4', now: 'x86-64-v3' },
    ])
    expect(circumstancesOf(of('x86-64-v3'), of('x86-64-v3'))).toEqual([])
    expect(circumstancesOf(of(), of('x86-64-v3'))).toEqual([])
    expect(circumstancesOf(of(null), of('x86-64-v3'))).toEqual([])
  })

  it('are omitted if nothing is known from the first training', () => {
    expect(circumstancesOf({ environment: null }, now)).toEqual([])
  })
})

describe('verdict in words', () => {
  const same: Omit<Verification, 'kept' | 'environment'> = {
    runId: 'a-run',
    extent: 'whole',
    epochs: 3,
    steps: 30,
    same: true,
    compared: { epochs: 3, steps: 24, weights: true },
    differences: [],
    circumstances: [],
    remarks: [],
    weightsSha256: 'a'.repeat(64),
    seconds: 12,
  }
  const verdict = (change: Partial<Verification>): Verification => ({
    ...same,
    kept: true,
    environment: {} as Environment,
    ...change,
  })

  it('states how much was retrained and compared', () => {
    expect([
      extentWords(same),
      extentWords({ ...same, epochs: 1 }),
      extentWords({ ...same, extent: 'epochs', epochs: 1 }),
      extentWords({ ...same, extent: 'epochs', epochs: 1200 }),
      extentWords({ ...same, extent: 'steps' }),
    ]).toEqual(['all 3 epochs', 'its one epoch', 'its first epoch', 'its first 1,200 epochs', 'its first 30 steps'])
    expect(comparedWords(same)).toBe('24 sampled steps, 3 epochs and the final weights')
    expect(comparedWords({ compared: { epochs: 1, steps: 1, weights: false } })).toBe('1 sampled step, 1 epoch')
  })

  it('names the first difference and the differing circumstances', () => {
    expect(verdictText(verdict({}))).toBe(
      'a-run: identical, bit for bit (all 3 epochs again, 24 sampled steps, 3 epochs and the final weights compared, in 12 s).\n',
    )
    expect(verdictSentence(verdict({}))).toBe(
      'Verified: retrained (all 3 epochs; 24 sampled steps, 3 epochs and the final weights compared), the results are identical, bit for bit.',
    )
    const differs = verdict({
      same: false,
      differences: ['The loss of step 2 is 1 instead of 2.', 'The final weights are others.'],
      circumstances: [{ what: 'TensorFlow', then: '2.0', now: '2.21' }],
    })
    expect(verdictText(differs).split('\n')).toEqual([
      expect.stringMatching(/^a-run: it differs \(/),
      '  The loss of step 2 is 1 instead of 2.',
      '  The final weights are others.',
      'Differences from the original training that may explain it:',
      '  TensorFlow: 2.0 then, 2.21 now',
      '',
    ])
    expect(verdictSentence(differs)).toMatch(
      /compared\), the results differ\. The loss of step 2 is 1 instead of 2\. Different from the original training: TensorFlow\.$/,
    )
    expect([unexplained(differs), unexplained({ ...differs, circumstances: [] })]).toEqual([
      null,
      expect.stringMatching(/^The machine and the program are the same/),
    ])
  })

  it('includes an expected duration from the run’s own times', () => {
    const reported = { epochs: 4, startupSeconds: 5, epochSeconds: 10, restSeconds: 3 }
    expect([secondsAgain(reported, null), secondsAgain(reported, 1), secondsAgain(reported, 4)]).toEqual([48, 15, 45])
    expect(secondsAgain({ ...reported, epochs: 0, epochSeconds: null }, null)).toBe(8)
    expect(secondsAgain({ ...reported, epochSeconds: null }, 1)).toBeNull()
    expect([secondsLeft(10, 30, 5), secondsLeft(0, 30, 5), secondsLeft(10, 30, 0.5)]).toEqual([15, null, null])
  })
})
