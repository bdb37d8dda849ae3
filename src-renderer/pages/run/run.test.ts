import { describe, expect, it } from 'vitest'
import { activeStates, endedStates, recipe, runStates, type ExperimentConfig } from '../../../src-main/contract'
import { configRows, environmentRows } from '../../../src-main/analysis/query/runRows'
import {
  actionsOf,
  curvesOf,
  differences,
  explanation,
  marksOf,
  noReadings,
  noValues,
  rowsInView,
  usageOf,
} from './run'

const config: ExperimentConfig = { arch: 'resnet-110', variant: 'mcnn-l', seed: 4, ...recipe }

it('explains a chart without values', () => {
  expect(noValues({ state: 'running' }, 'epoch')).toBe('no values yet')
  expect(noValues({ state: 'queued' }, 'epoch')).toBe('no values yet: queued')
  expect(noValues({ state: 'failed' }, 'epoch')).toBe('no data: it ended before the first epoch')
  expect(noValues({ state: 'diverged' }, 'step')).toBe('no data: the loss was NaN in the first step')
})

it('promises no machine readings for a run that has ended', () => {
  expect(runStates.filter((state) => /yet/.test(noReadings({ state })))).toEqual(
    runStates.filter((state) => !endedStates.includes(state)),
  )
  expect(noReadings({ state: 'done' })).toBe('not measured')
})

describe('actionsOf', () => {
  it('offers to delete only runs that do not train, and to re-run only ended ones', () => {
    for (const state of runStates) {
      const actions = actionsOf({ state, reason: null })
      expect(actions.includes('delete')).toBe(!activeStates.includes(state))
      expect(actions.includes('rerun')).toBe(endedStates.includes(state))
    }
  })

  it('offers to resume paused queued runs, whether they had started or not', () => {
    expect(actionsOf({ state: 'paused', reason: null })).toContain('resume')
    expect(actionsOf({ state: 'queued', reason: 'Held: the program was closed.' })).toContain('resume')
    expect(actionsOf({ state: 'queued', reason: null })).not.toContain('resume')
  })
})

describe('explanation', () => {
  it('explains every end but a complete one, with the run’s own reason if it has one', () => {
    const spoken = runStates.filter((state) => explanation({ state, reason: null, epochsDone: 3, epochs: 5 }) !== null)
    expect(spoken).toEqual(['stopped', 'interrupted', 'diverged', 'failed'])
    const explained = explanation({ state: 'failed', reason: 'Out of memory.', epochsDone: 3, epochs: 5 })
    expect(explained?.title).toBe('Out of memory.')
    expect(explained?.text).toContain('Metrics of 3 of 5 epochs are stored.')
    expect(explanation({ state: 'failed', reason: null, epochsDone: 0, epochs: 5 })?.text).toContain(
      'No epoch finished',
    )
  })
})

describe('tables', () => {
  it('list every part of a config', () => {
    const rows = new Map(configRows({ ...config, trainExamples: 500, warmup: { learningRate: 0.01, untilError: 0.8 } }))
    expect(rows.get('training images')).toBe('500, balanced by class')
    expect(rows.get('test images')).toBe('all')
    expect(rows.get('milestones')).toBe('× 0.1 after 100, 150')
    expect(rows.get('warm-up')).toBe('0.01 until training error < 80 %')
    expect(
      new Map(configRows({ ...config, warmup: { learningRate: 0.01, untilError: 0.8, growth: 1.25 } })).get('warm-up'),
    ).toBe('0.01 until training error < 80 %, then × 1.25 per epoch')
    // One row for two values: milestones and gamma.
    expect(rows.size).toBe(Object.keys({ validationExamples: null, ...config }).length - 1)
    expect(rows.get('validation images')).toBe('none')
    expect(new Map(configRows({ ...config, validationExamples: 5000 })).get('validation images')).toBe(
      '5,000 of the training images, never trained on',
    )
  })

  const environment = {
    program: '0.1.0',
    git: { commit: '0123456789abcdef', dirty: true },
    node: '24',
    tensorflow: '2',
    tfjs: '4',
    device: 'cpu',
    cpu: 'x',
    cores: 2,
    threads: { intraOp: 2, interOp: null },
    memoryBytes: 8e9,
    platform: 'linux',
    gpuMath: null,
  }

  it('state how a GPU computed, and nothing about it for a CPU', () => {
    expect(environmentRows(environment).some(([label]) => label.includes('GPU'))).toBe(false)
    expect(environmentRows({ ...environment, device: 'NVIDIA H100', gpuMath: 'float32 without TF32' })).toContainEqual([
      'GPU arithmetic',
      'float32 without TF32',
    ])
  })

  it('state uncommitted source changes and what was left to TensorFlow', () => {
    const rows = new Map(environmentRows(environment))
    expect(rows.get('source')).toBe('0123456789ab, with uncommitted changes')
    expect(rows.get('parallel ops')).toContain('default')
    expect(rows.get('device')).toBe('CPU')
  })
})

describe('curves and marks', () => {
  it('shows accuracies in percent and leaves a gap at a loss that is NaN', () => {
    const curves = curvesOf({
      epochs: [
        {
          epoch: 1,
          trainLoss: 2,
          trainAccuracy: 0.25,
          testLoss: 2.5,
          testAccuracy: 0.5,
          learningRate: 0.1,
          imagesPerSecond: 1,
          seconds: 1,
          waitSeconds: null,
          cpuSeconds: null,
          memoryBytes: null,
        },
      ],
      steps: [{ step: 10, epoch: 1, loss: null, learningRate: 0.1, stepMs: 1 }],
    })
    expect(curves.testAccuracy).toEqual([{ x: 1, y: 50 }])
    expect(curves.stepLoss).toEqual([{ x: 10, y: null }])
  })

  it('marks the schedule and the point of divergence', () => {
    expect(marksOf({ state: 'done', epochsDone: 200 }, config, 1).map((m) => [m.x, m.label])).toEqual([
      [100, 'lr × 0.1'],
      [150, 'lr × 0.1'],
    ])
    expect(
      marksOf({ state: 'diverged', epochsDone: 36 }, { ...config, gamma: 0.2 }, 391).map((m) => [m.x, m.label]),
    ).toEqual([
      [39_100, 'lr × 0.2'],
      [58_650, 'lr × 0.2'],
      [14_467, 'NaN'],
    ])
  })
})

describe('differences', () => {
  it('lists only differing values and shows absent ones as missing', () => {
    const rows = (changes: Partial<ExperimentConfig>): [string, string][] => configRows({ ...config, ...changes })
    expect(differences(rows({}), rows({ variant: 'baseline', seed: 5 }))).toEqual([
      { label: 'variant', here: 'mcnn-l', there: 'baseline' },
      { label: 'seed', here: '4', there: '5' },
    ])
    expect(differences(rows({}), rows({}))).toEqual([])
    expect(differences([['a', '1']], [])).toEqual([{ label: 'a', here: '1', there: '–' }])
  })
})

describe('usageOf', () => {
  const epoch = {
    epoch: 1,
    trainLoss: 1,
    trainAccuracy: 0.5,
    testLoss: 1,
    testAccuracy: 0.5,
    learningRate: 0.1,
    imagesPerSecond: 500,
    seconds: 10,
    waitSeconds: 0.5,
    cpuSeconds: 19,
    memoryBytes: 2 ** 29,
  }
  const steps = [30, 10, 20, 40].map((stepMs, i) => ({ step: i + 1, epoch: 1, loss: 1, learningRate: 0.1, stepMs }))
  const valueOf = (name: string, readings = usageOf([epoch], steps, 2)): unknown =>
    readings.find((r) => r.name.startsWith(name))?.points[0]?.y

  it('returns shares and medians in the stated units', () => {
    expect(valueOf('Step')).toBe(25)
    expect(valueOf('Step', usageOf([epoch], steps.slice(1), 2))).toBe(20)
    expect(valueOf('Data wait')).toBe(5)
    expect(valueOf('CPU')).toBe(1.9)
    expect(valueOf('Memory')).toBe(512)
  })

  it('leaves a gap if nothing was measured, and starts every axis at zero', () => {
    const readings = usageOf([{ ...epoch, waitSeconds: null, cpuSeconds: null, memoryBytes: null }], [], 2)
    expect(['Data wait', 'CPU', 'Memory'].map((name) => valueOf(name, readings))).toEqual([null, null, null])
    expect(readings.every((r) => r.yDomain[0] === 0 && r.yDomain[1] > 0)).toBe(true)
    expect(readings.find((r) => r.name === 'CPU')?.yDomain).toEqual([0, 2])
  })

  it('includes the GPU’s use only if its driver reported it', () => {
    expect(usageOf([epoch], [], 2).some(({ name }) => name.startsWith('GPU'))).toBe(false)
    const readings = usageOf(
      [epoch, { ...epoch, epoch: epoch.epoch + 1, gpuUtilization: 0.5, gpuMemoryBytes: 3 * 2 ** 20 }],
      [],
      2,
    )
    expect(readings.find(({ name }) => name === 'GPU')).toMatchObject({
      points: [{ y: null }, { y: 50 }],
      yDomain: [0, 100],
    })
    expect(readings.find(({ name }) => name.startsWith('GPU memory'))).toMatchObject({
      points: [{ y: null }, { y: 3 }],
    })
  })
})

describe('rows in view', () => {
  it('are all rows of a short list', () => {
    for (const rows of [0, 3, 36]) expect(rowsInView(rows, 0)).toEqual({ from: 0, to: rows, above: 0, below: 0 })
  })

  it('are the visible rows of a long list at any scroll position, at constant total height', () => {
    for (const rows of [37, 200, 1000])
      for (let top = 0; top <= rows * 26 - 282; top += 13) {
        const { from, to, above, below } = rowsInView(rows, top)
        expect(above + (to - from) * 26 + below).toBe(rows * 26)
        expect(from * 26).toBeLessThanOrEqual(top)
        expect(to * 26).toBeGreaterThanOrEqual(Math.min(rows * 26, top + 308))
        expect(to - from).toBeLessThanOrEqual(60)
      }
  })
})
