import { describe, expect, it } from 'vitest'
import { recipe } from '../../contract/experiment'
import { runManifest as schema, studyManifest as studySchema } from '../../contract/publish/manifests'
import { canonicalJson } from '../text/canonicalJson'
import { manifestText, runManifest, studyManifest, type RunFacts } from './manifest'

const facts: RunFacts = {
  run: {
    id: 'r1',
    studyId: 's',
    studyName: 'S',
    arch: 'resnet-8',
    variant: 'mcnn-f',
    dataset: 'synthetic',
    seed: 7,
    epochs: 3,
    configId: 'abc',
    state: 'done',
    reason: null,
    epochsDone: 3,
    testAccuracy: 0.5,
    bestTestAccuracy: 0.6,
    bestEpoch: 2,
    trainLoss: 1,
    trainableParameters: 100,
    trainableFilters: 10,
    imagesPerSecond: 5,
    seconds: 9,
    timing: 'shared',
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: '2026-01-01T00:00:01.000Z',
    endedAt: '2026-01-01T00:00:09.000Z',
    weightsSha256: 'ab'.repeat(32),
  },
  config: { ...recipe, arch: 'resnet-8', variant: 'mcnn-f', dataset: 'synthetic', seed: 7, epochs: 3, milestones: [] },
  environment: {
    program: '1.0',
    git: { commit: 'c0ffee', dirty: true },
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
  },
  trainExamples: 4000,
  testExamples: 1000,
  datasetFingerprint: 'cd'.repeat(32),
  last: {
    epoch: 3,
    trainLoss: 1,
    trainAccuracy: 0.4,
    testLoss: 1.2,
    testAccuracy: 0.5,
    learningRate: 0.1,
    imagesPerSecond: 5,
    seconds: 3,
    waitSeconds: 0,
    cpuSeconds: 5,
    memoryBytes: 1,
  },
}

describe('manifest of a run', () => {
  it('contains everything its numbers depend on, and the numbers', () => {
    const manifest = schema.parse(runManifest(facts))
    expect(manifest.config).toEqual(facts.config)
    expect(manifest.code).toEqual({ program: '1.0', git: { commit: 'c0ffee', dirty: true } })
    expect(manifest.machine).toMatchObject({ device: 'cpu', threads: { intraOp: 2, interOp: 1 }, gpuMath: null })
    expect(manifest.data).toEqual({
      id: 'synthetic',
      trainExamples: 4000,
      testExamples: 1000,
      fingerprint: 'cd'.repeat(32),
    })
    expect(manifest.results.last).toEqual(facts.last)
    expect(manifest.results.timing).toBe('shared')
    expect(manifest.results.best).toEqual({ epoch: 2, testAccuracy: 0.6, pickedOn: 'test set' })
    expect(manifest.weights).toEqual({ sha256: 'ab'.repeat(32) })
  })

  it('names validation examples as the data that chose the best epoch, as every other output does', () => {
    const run = { ...facts.run, bestValidationAccuracy: 0.55 }
    expect(schema.parse(runManifest({ ...facts, run })).results.best).toEqual({
      epoch: 2,
      testAccuracy: 0.6,
      validationAccuracy: 0.55,
      pickedOn: 'validation set',
    })
  })

  it('has null for unmeasured values of a queued run', () => {
    const waits = runManifest({
      ...facts,
      run: {
        ...facts.run,
        state: 'queued',
        epochsDone: 0,
        bestEpoch: null,
        bestTestAccuracy: null,
        weightsSha256: null,
      },
      environment: null,
      datasetFingerprint: null,
      last: null,
    })
    expect(schema.parse(waits)).toMatchObject({
      code: null,
      versions: null,
      machine: null,
      weights: null,
      results: { last: null, best: null, epochsDone: 0 },
    })
  })

  it('is the same text in whatever order its facts were written', () => {
    const turned = {
      ...facts,
      config: Object.fromEntries(Object.entries(facts.config).reverse()) as typeof facts.config,
    }
    expect(manifestText(runManifest(turned))).toBe(manifestText(runManifest(facts)))
    expect(Object.keys(JSON.parse(manifestText(runManifest(facts))) as object)).toEqual([
      'code',
      'config',
      'configId',
      'data',
      'machine',
      'manifest',
      'model',
      'results',
      'run',
      'version',
      'versions',
      'weights',
    ])
  })
})

it('a study’s manifest contains its plan, its seeds and every run', () => {
  const other = {
    ...facts,
    run: { ...facts.run, id: 'r2', seed: 3, state: 'failed' as const },
    config: { ...facts.config, seed: 3 },
  }
  const manifest = studySchema.parse(
    studyManifest({ id: 's', name: 'S', createdAt: 'now', plan: null }, [facts, other, facts]),
  )
  expect(manifest.seeds).toEqual([3, 7])
  expect(manifest.runs.map(({ run }) => [run.id, run.state])).toEqual([
    ['r1', 'done'],
    ['r2', 'failed'],
    ['r1', 'done'],
  ])
})

describe('canonicalJson', () => {
  it('sorts keys at every depth and leaves lists unchanged', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}')
    expect(canonicalJson({ b: 1, a: 2 }, 2)).toBe('{\n  "a": 2,\n  "b": 1\n}')
  })
})
