import { describe, expect, it } from 'vitest'
import { margin, defaultThreads } from '../../contract/system/tuning'
import { chosenSlots, chosenThreads } from './choices'

const candidate = (intraOp: number | null, interOp: number | null, ratio: number) => ({
  threads: { intraOp, interOp },
  msStep: 100 * ratio,
  ratio,
})
const own = candidate(null, null, 1)

describe('choice of thread counts', () => {
  it('picks the fastest of those that are clearly faster than TensorFlow’s default', () => {
    expect(
      chosenThreads({ candidates: [own, candidate(2, 1, 0.9), candidate(4, 1, 0.8), candidate(4, 2, 0.85)] }),
    ).toEqual({ intraOp: 4, interOp: 1 })
  })

  it.each([[1.07], [0.96], [margin]])('keeps TensorFlow’s default if another choice takes %d of its time', (ratio) => {
    expect(chosenThreads({ candidates: [own, candidate(2, 1, ratio)] })).toEqual(defaultThreads)
  })

  it('changes just below the margin', () => {
    expect(chosenThreads({ candidates: [own, candidate(2, 1, margin - 0.001)] })).toEqual({ intraOp: 2, interOp: 1 })
  })
})

describe('choice of the number of runs at the same time', () => {
  it('is one if nothing was measured or several are not clearly faster', () => {
    expect(chosenSlots({})).toBe(1)
    expect(chosenSlots({ parallel: [{ count: 2, ratio: 1.04 }] })).toBe(1)
  })

  it('is the fastest of those that are clearly faster than one', () => {
    expect(
      chosenSlots({
        parallel: [
          { count: 2, ratio: 1.4 },
          { count: 4, ratio: 1.6 },
          { count: 8, ratio: 1.5 },
        ],
      }),
    ).toBe(4)
  })
})
