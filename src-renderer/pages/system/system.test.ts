import { describe, expect, it } from 'vitest'
import { brokenFirst, gpuWords, threadsShort } from './system'

const check = (name: string, ok: boolean) => ({ name, ok, detail: '', fix: ok ? null : 'mend it' })

describe('brokenFirst', () => {
  it('puts what is broken first and keeps the order otherwise', () => {
    const names = brokenFirst([check('a', true), check('b', false), check('c', true), check('d', false)]).map((c) => c.name)
    expect(names).toEqual(['b', 'd', 'a', 'c'])
  })
})

describe('gpuWords', () => {
  it('says that the GPU path has not been run until a run says so', () => {
    expect(gpuWords([], 'cpu')).toContain('has not been run yet')
    expect(gpuWords(['cpu'], 'NVIDIA H200')).toMatch(/has not been run yet.*NVIDIA H200/)
    expect(gpuWords(['cpu', 'NVIDIA H200'], 'cpu')).toContain('has been run here')
    expect(gpuWords([], null)).toContain('has not been run yet')
  })
})

it('says how many threads are taken, and why', () => {
  const own = { intraOp: 4, interOp: 4 }
  expect(threadsShort({ intraOp: 2, interOp: 1, own, source: 'measured', tuning: null })).toBe('2 × 1, measured')
  expect(threadsShort({ intraOp: null, interOp: null, own, source: 'own', tuning: null })).toBe('4 × 4, TensorFlow’s default')
})
