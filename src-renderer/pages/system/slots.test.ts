import { describe, expect, it } from 'vitest'
import type { TrainingSlots } from '../../../src-main/contract'
import { countOptions, slotsNote } from './slots'

const slots: TrainingSlots = {
  slots: [{ id: 'cpu-1', name: 'Processor', kind: 'cpu', used: true, runId: null }],
  choice: { count: null, freeGpus: [] },
  most: 6,
  measured: null,
}
const measured = [
  { count: 2, ratio: 1.3 },
  { count: 4, ratio: 1.5 },
]

describe('runs at the same time', () => {
  it('offers powers of two, all cores and the current count', () => {
    expect(countOptions(slots).map(({ label }) => label)).toEqual(['automatic (1)', '1', '2', '4', '6'])
    expect(countOptions({ ...slots, choice: { count: 3, freeGpus: [] } }).map(({ value }) => value)).toContain('3')
  })

  it('names the measured count as automatic', () => {
    expect(countOptions({ ...slots, measured })[0]?.label).toBe('automatic (4)')
    expect(slotsNote({ ...slots, measured })).toContain('4 at once process 1.50 times as many images')
    expect(slotsNote(slots)).toContain('Not measured')
  })
})
