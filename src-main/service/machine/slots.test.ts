import { describe, expect, it } from 'vitest'
import { listedGpus, sharingOf, slotsOf, visibleGpus } from './slots'

const noChoice = { count: null, freeGpus: [] }
const csv = `0, GPU-11111111-aaaa-bbbb-cccc-000000000000, NVIDIA A100-SXM4-80GB
1, GPU-22222222-aaaa-bbbb-cccc-000000000000, NVIDIA A100, with a comma
[Not Supported]
`
const gpus = listedGpus(csv)

describe('slots of a machine without a GPU', () => {
  it('has one slot with all cores if nothing was measured or chosen', () => {
    expect(slotsOf([], noChoice, 8, 1)).toMatchObject([{ id: 'cpu-1', name: 'Processor', threads: null, env: {} }])
  })

  it('shares the cores equally among the chosen, else the measured number of slots', () => {
    expect(slotsOf([], noChoice, 8, 4).map(({ threads }) => threads)).toEqual(
      Array.from({ length: 4 }, () => ({ intraOp: 2, interOp: 1 })),
    )
    expect(slotsOf([], { ...noChoice, count: 3 }, 8, 4).map(({ id }) => id)).toEqual(['cpu-1', 'cpu-2', 'cpu-3'])
  })

  it('has no more slots than cores, so that each has a thread of its own', () => {
    expect(slotsOf([], { ...noChoice, count: 64 }, 2, 1)).toHaveLength(2)
  })
})

describe('slots of a machine with GPUs', () => {
  it('reads what the driver lists, also names with a comma', () => {
    expect(gpus).toEqual([
      { index: 0, uuid: 'GPU-11111111-aaaa-bbbb-cccc-000000000000', name: 'NVIDIA A100-SXM4-80GB' },
      { index: 1, uuid: 'GPU-22222222-aaaa-bbbb-cccc-000000000000', name: 'NVIDIA A100, with a comma' },
    ])
  })

  it('has one slot per GPU, whose trainer sees no other', () => {
    expect(slotsOf(gpus, { count: 8, freeGpus: [gpus[1]?.uuid ?? ''] }, 8, 4)).toMatchObject([
      { id: gpus[0]?.uuid, used: true, threads: { intraOp: 4 }, env: { CUDA_VISIBLE_DEVICES: gpus[0]?.uuid } },
      { id: gpus[1]?.uuid, used: false, env: { CUDA_VISIBLE_DEVICES: gpus[1]?.uuid } },
    ])
  })

  it.each([
    [undefined, [0, 1]],
    ['', []],
    ['1', [1]],
    ['1,0', [1, 0]],
    ['GPU-2222', [1]],
    ['GPU-3333,7', []],
  ])('respects CUDA_VISIBLE_DEVICES=%s', (visible, indices) => {
    expect(visibleGpus(gpus, visible).map(({ index }) => index)).toEqual(indices)
  })
})

describe('how runs share the machine', () => {
  const two = slotsOf([], { ...noChoice, count: 2 }, 2, 1)

  it('slows each run down by what was measured, else as if several were as fast as one', () => {
    expect(sharingOf(two, [{ count: 2, ratio: 1.6 }])).toEqual({ slots: 2, slowdown: 1.25 })
    expect(sharingOf(two, [])).toEqual({ slots: 2, slowdown: 2 })
  })

  it('does not slow runs on different GPUs down', () => {
    expect(sharingOf(slotsOf(gpus, noChoice, 8, 1), [])).toEqual({ slots: 2, slowdown: 1 })
  })
})
