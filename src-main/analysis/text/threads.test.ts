import { expect, it } from 'vitest'
import type { ThreadTimes } from '../../contract/system/tuning'
import { threadsWords, tuningTable } from './threads'

const own = { intraOp: 4, interOp: 4 }
const times = (ratio: number): ThreadTimes => ({
  at: '2026-11-24T12:00:00.000Z',
  device: 'cpu',
  precision: 'float32',
  batch: 64,
  own,
  candidates: [
    { threads: { intraOp: null, interOp: null }, msStep: 100, ratio: 1 },
    { threads: { intraOp: 2, interOp: 1 }, msStep: 100 * ratio, ratio },
  ],
})

it('states where the thread counts come from', () => {
  const one = { intraOp: 2, interOp: 1 }
  const none = { intraOp: null, interOp: null }
  expect(threadsWords({ ...one, own, source: 'measured', tuning: times(0.8) })).toBe(
    '2 × 1, measured on this machine: TensorFlow’s default 4 × 4 takes 1.25 times as long',
  )
  expect(threadsWords({ ...none, own, source: 'measured', tuning: times(1.1) })).toBe(
    '4 × 4, TensorFlow’s default, measured on this machine: 2 × 1 takes 1.10 times as long',
  )
  expect(threadsWords({ ...none, own, source: 'own', tuning: null })).toBe(
    '4 × 4, TensorFlow’s default, not measured (run `mcnn tune`)',
  )
  expect(
    threadsWords({
      ...none,
      own,
      source: 'own',
      tuning: { at: '2026-11-24T12:00:00.000Z', problem: 'the machine was busy' },
    }),
  ).toContain('not measured: the machine was busy')
  expect(threadsWords({ intraOp: 3, interOp: null, own, source: 'environment', tuning: times(0.8) })).toBe(
    '3 × 4, set by TF_NUM_INTRAOP_THREADS and TF_NUM_INTEROP_THREADS',
  )
})

it('draws the candidates, the default and the choice', () => {
  expect(tuningTable(times(0.8)).rows).toEqual([
    ['4', '4', '100.0', '1.000', 'TensorFlow’s default'],
    ['2', '1', '80.0', '0.800', 'chosen'],
  ])
  expect(tuningTable(times(0.97)).rows.map((row) => row[4])).toEqual(['TensorFlow’s default, chosen', ''])
})
