import { describe, expect, it } from 'vitest'
import type { Contender } from './contenders'
import { ratiosOf, rowOf, verdict, type Measured, type Ratio } from './measures'

function measured(
  name: Contender['name'],
  rounds: number[][],
  more: Partial<Contender> & { device?: string } = {},
): Measured {
  const { device = 'cpu', ...contender } = more
  return { contender: { name, precision: 'float32', variant: 'baseline', ...contender }, version: '1', device, rounds }
}

describe('rowOf', () => {
  it('covers all timed steps', () =>
    expect(
      rowOf(
        measured('step', [
          [10, 30],
          [20, 40.004],
        ]),
        8,
        100,
      ),
    ).toEqual({
      name: 'step',
      precision: 'float32',
      variant: 'baseline',
      depth: 8,
      batch: 100,
      msMin: 10,
      msMedian: 25,
      imagesPerSecond: 4000,
    }))
})

describe('ratiosOf', () => {
  it('compares what was measured in the same round', () => {
    // In the second round the machine is twice as slow, and in the third other work disturbs one process.
    const { ratios } = ratiosOf([
      measured('step', [
        [10, 10],
        [20, 20],
        [10, 10],
      ]),
      measured('stock-eager', [
        [40, 40],
        [80, 80],
        [400, 40],
      ]),
    ])
    expect(ratios).toEqual([
      {
        name: 'float32 step / stock tfjs-node',
        of: 'step/float32/baseline',
        to: 'stock-eager/float32/baseline',
        device: 'cpu',
        median: 0.25,
        min: 0.25,
        atMost: 0.33,
        aim: null,
      },
    ])
  })

  it('compares with the faster peer, and states if there is only one', () => {
    const step = measured('step', [[90]])
    const [tensorflow, pytorch] = [measured('tensorflow', [[100]]), measured('pytorch', [[120]])]
    expect(ratiosOf([step, pytorch, tensorflow]).ratios).toMatchObject([
      { name: 'float32 step / faster of TensorFlow and PyTorch', to: 'tensorflow/float32/baseline', median: 0.9 },
    ])
    expect(ratiosOf([step, pytorch]).ratios).toMatchObject([{ name: 'float32 step / pytorch', median: 0.75 }])
  })

  it('compares an epoch, of which only the mean is known, with the mean of the steps', () => {
    const { ratios } = ratiosOf([
      measured('epoch', [[21], [42]]),
      measured('step', [
        [10, 10, 40],
        [20, 20, 80],
      ]),
    ])
    expect(ratios).toMatchObject([
      { name: 'float32 epoch with data and metrics / steps alone', median: 1.05, min: 1.05, atMost: 1.03 },
    ])
  })

  it('keeps precisions and variants apart', () => {
    const { ratios } = ratiosOf([
      measured('step', [[10]]),
      measured('step', [[8]], { variant: 'mcnn-a' }),
      measured('step', [[5]], { precision: 'bfloat16' }),
      measured('step', [[5.5]], { precision: 'bfloat16', variant: 'mcnn-f' }),
    ])
    expect(ratios.map(({ name, median: value }) => [name, value])).toEqual([
      ['bfloat16 mcnn-f / baseline', 1.1],
      ['float32 mcnn-a / baseline', 0.8],
    ])
  })

  it('never compares different devices', () => {
    const gpu = { device: 'NVIDIA Something' }
    const { ratios, notes } = ratiosOf([
      measured('step', [[1]], gpu),
      measured('tensorflow', [[100]]),
      measured('pytorch', [[2]], gpu),
    ])
    expect(ratios).toMatchObject([{ name: 'float32 step / pytorch', device: 'NVIDIA Something', median: 0.5 }])
    expect(notes).toEqual([
      'step/float32/baseline ran on NVIDIA Something, tensorflow/float32/baseline on cpu: not compared.',
    ])
  })
})

describe('verdict', () => {
  const ratio: Ratio = { name: '', of: '', to: '', device: 'cpu', median: 1, min: 1, atMost: 1, aim: 0.9 }
  it.each([
    [{}, 'met, 0.100 above the aim'],
    [{ median: 1.024 }, 'missed by 0.024'],
    [{ median: 0.9 }, 'met, aim too'],
    [{ aim: null }, 'met'],
  ])('%j', (change, words) => expect(verdict({ ...ratio, ...change })).toBe(words))
})
