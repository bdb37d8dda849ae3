import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ThreadTimes } from '../../contract/system/tuning'
import type { Processor } from './processor'
import { knownTuning, machineKey, measuredThreads, rememberTuning } from './threads'
import { threadCandidates, timesOf } from './threadTuning'
import { kernelLimitOf, threadsOf, trainerEnv } from '../training/trainerEnv'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcnn-threads-'))
  file = path.join(folder, 'deep', 'threads.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

const times: ThreadTimes = {
  at: '2026-11-24T12:00:00.000Z',
  device: 'cpu',
  precision: 'float32',
  batch: 64,
  own: { intraOp: 4, interOp: 4 },
  candidates: [
    { threads: { intraOp: null, interOp: null }, msStep: 100, ratio: 1 },
    { threads: { intraOp: 2, interOp: 1 }, msStep: 80, ratio: 0.8 },
  ],
}

describe('threadCandidates', () => {
  const named = (allowed: number, logical: number, physical: number): string[] =>
    threadCandidates({ allowed: Array.from({ length: allowed }, (_, n) => n), logical, physical }).map(
      ({ intraOp, interOp }) => `${intraOp} × ${interOp}`,
    )

  it.each([
    ['two cores', 2, 2, 2, ['null × null', '2 × 1']],
    ['one processor', 1, 1, 1, ['null × null']],
    ['one core of two threads', 2, 2, 1, ['null × null', '1 × 1', '1 × 2', '2 × 1']],
    ['eight cores of two threads', 16, 16, 8, ['null × null', '8 × 1', '8 × 2', '16 × 1', '16 × 2', '8 × null']],
    ['a quota of two of many', 64, 2, 2, ['null × null', '2 × 1', '2 × 2', '2 × null']],
  ])('returns candidates for %s', (_, allowed, logical, physical, expected) =>
    expect(named(allowed, logical, physical)).toEqual(expected),
  )

  it('returns at most six, all of them different in effect', () => {
    for (let allowed = 1; allowed <= 12; allowed++)
      for (let logical = 1; logical <= allowed; logical++)
        for (let physical = 1; physical <= logical; physical++) {
          const all = named(allowed, logical, physical).map((name) => name.replaceAll('null', String(allowed)))
          expect(all.length).toBeLessThanOrEqual(6)
          expect(new Set(all).size).toBe(all.length)
        }
  })
})

it('compares candidates with the first one within each round, so that a slow moment affects all', () => {
  // The second candidate takes 0.8 of the first one's time in two rounds. In one round the whole machine is three times
  // slower, in another only the second candidate is.
  const rounds = [
    [
      [10, 10, 10],
      [8, 8, 8],
    ],
    [
      [30, 30, 30],
      [24, 24, 24],
    ],
    [
      [10, 10, 90],
      [16, 16, 16],
    ],
  ]
  const [own, other] = timesOf(
    [
      { intraOp: null, interOp: null },
      { intraOp: 2, interOp: 1 },
    ],
    rounds,
  )
  expect(own).toMatchObject({ msStep: 10, ratio: 1 })
  expect(other).toEqual({ threads: { intraOp: 2, interOp: 1 }, msStep: 16, ratio: 0.8 })
})

describe('stored measurement', () => {
  it('is kept per machine, next to those of other machines', () => {
    rememberTuning(times, file, 'a')
    rememberTuning({ at: times.at, problem: 'the machine was busy' }, file, 'b')
    expect(knownTuning(file, 'a')).toEqual(times)
    expect(measuredThreads(file, 'a')).toEqual({ intraOp: 2, interOp: 1 })
    expect(measuredThreads(file, 'b')).toBeNull()
    expect(measuredThreads(file, 'c')).toBeNull()
    expect(measuredThreads(file, null)).toBeNull()
    expect(readdirSync(path.dirname(file))).toEqual(['threads.json'])
  })

  it('is ignored if the file is corrupt, and can be written again', () => {
    rememberTuning(times, file, 'a')
    const whole = readFileSync(file, 'utf8')
    for (const text of [
      '',
      'null',
      '[]',
      '"a"',
      whole.slice(0, 100),
      whole.replace('"interOp": 1', '"interOp": 1e9'),
      whole.replace('"interOp": 1', '"interOp": "1; rm"'),
      whole.replace('0.8', '-1'),
    ]) {
      writeFileSync(file, text)
      expect(measuredThreads(file, 'a')).toBeNull()
    }
    expect(measuredThreads(file, '__proto__')).toBeNull()
    rememberTuning(times, file, 'a')
    expect(measuredThreads(file, 'a')).toEqual({ intraOp: 2, interOp: 1 })
  })

  it('keeps intact entries next to corrupt ones', () => {
    rememberTuning(times, file, 'a')
    const all = JSON.parse(readFileSync(file, 'utf8')) as object
    writeFileSync(file, JSON.stringify({ ...all, b: { nonsense: true } }))
    expect(measuredThreads(file, 'a')).toEqual({ intraOp: 2, interOp: 1 })
    expect(knownTuning(file, 'b')).toBeNull()
  })

  it('is valid for one processor, its available share, and one TensorFlow', () => {
    const cpu: Processor = { model: 'A', flags: 'f', allowed: [0, 1], logical: 2, physical: 2 }
    const state = { tensorflow: { version: '2.21.0', kind: 'cpu' }, electron: null }
    const keys = [
      machineKey(cpu, state),
      machineKey({ ...cpu, model: 'B' }, state),
      machineKey({ ...cpu, flags: 'g' }, state),
      machineKey({ ...cpu, physical: 1 }, state),
      machineKey({ ...cpu, allowed: [0, 1, 2] }, state),
      machineKey(cpu, { ...state, tensorflow: { version: '2.22.0', kind: 'cpu' } }),
      machineKey(cpu, { ...state, tensorflow: { version: '2.21.0', kind: 'gpu' } }),
    ]
    expect(new Set(keys).size).toBe(keys.length)
    expect(machineKey(cpu, null)).toBeNull()
  })
})

describe('environment of a trainer', () => {
  it('has the given thread counts, and no others', () => {
    const env = { TF_NUM_INTRAOP_THREADS: '7', TF_NUM_INTEROP_THREADS: '7', SECRET: 's', PATH: '/bin' }
    expect(trainerEnv(env, { intraOp: 2, interOp: null })).toMatchObject({ TF_NUM_INTRAOP_THREADS: '2', PATH: '/bin' })
    expect(Object.keys(trainerEnv(env, { intraOp: 2, interOp: null }))).not.toContain('TF_NUM_INTEROP_THREADS')
    expect(Object.keys(trainerEnv(env, { intraOp: null, interOp: null }))).not.toContain('SECRET')
  })

  it('lets a GPU’s memory grow and makes its libraries compute float32 repeatably, unless the outer environment differs', () => {
    const own = { intraOp: null, interOp: null }
    expect(trainerEnv({}, own)).toMatchObject({
      TF_FORCE_GPU_ALLOW_GROWTH: 'true',
      NVIDIA_TF32_OVERRIDE: '0',
      TF_CUDNN_DETERMINISTIC: '1',
      TF_CUDNN_USE_AUTOTUNE: '0',
    })
    expect(trainerEnv({ NVIDIA_TF32_OVERRIDE: '1', MCNN_RESIDENT: '1' }, own)).toMatchObject({
      NVIDIA_TF32_OVERRIDE: '1',
      MCNN_RESIDENT: '1',
    })
  })

  it('prefers the outer environment to every measurement', () => {
    const env = trainerEnv({ TF_NUM_INTRAOP_THREADS: '7' })
    expect(env['TF_NUM_INTRAOP_THREADS']).toBe('7')
    expect(env['TF_NUM_INTEROP_THREADS']).toBeUndefined()
    expect(threadsOf({ TF_NUM_INTEROP_THREADS: '1' })).toEqual({ intraOp: null, interOp: 1 })
    expect(threadsOf({ TF_NUM_INTEROP_THREADS: 'many', TF_NUM_INTRAOP_THREADS: '0' })).toBeNull()
  })
})

describe('limit of the kernels', () => {
  it('is the level of the run, unless the user’s limit is lower', () => {
    const asked = (level: string): NodeJS.ProcessEnv => ({ MCNN_KERNEL_LEVEL: level })
    expect(kernelLimitOf('x86-64-v3', {})).toEqual(asked('x86-64-v3'))
    expect(kernelLimitOf('x86-64-v3', asked('x86-64-v4'))).toEqual(asked('x86-64-v3'))
    expect(kernelLimitOf('x86-64-v3', asked('x86-64-v2'))).toEqual({})
  })

  it('stays the user’s for a run without levels, and if it is not a level', () => {
    for (const level of [null, undefined, 'native']) expect(kernelLimitOf(level, {})).toEqual({})
    expect(kernelLimitOf('x86-64-v3', { MCNN_KERNEL_LEVEL: 'v3' })).toEqual({})
  })
})
