import { describe, expect, it } from 'vitest'
import { noCounts, recipe, type RunGroup, type RunRow } from '../../../../src-main/contract'
import { runWith } from '../../../../src-main/analysis/testing'
import { columns } from './columns'
import { noteOf, textOf } from './texts'

const run: RunRow = {
  ...runWith({ seconds: 3600, imagesPerSecond: 1234 }),
  kind: 'run',
  accuracy: 0.9,
  rowTrainLoss: 0.25,
  rowTestLoss: null,
  stepMs: 12.34,
  tags: [],
  note: 'a note',
  archivedAt: null,
  trashedAt: null,
}
const group: RunGroup = {
  kind: 'group',
  configId: 'c',
  arch: 'resnet-8',
  variant: 'baseline',
  dataset: 'synthetic',
  training: recipe,
  counts: noCounts(),
  runs: 3,
  accuracy: { mean: 0.9, std: null, n: 1, values: [0.9] },
  best: null,
  trainLoss: 0.5,
  testLoss: null,
  stepMs: 128,
  seconds: null,
  timing: null,
  trainableParameters: 75290,
  trainableFilters: 240,
  createdAt: '2026-05-09T10:00:00Z',
}

describe('textOf', () => {
  it('shows measured values, and a dash for missing ones', () => {
    const ofRun = ['trainLoss', 'testLoss', 'stepMs', 'speed', 'parameters', 'note'] as const
    expect(ofRun.map((id) => textOf(id, run))).toEqual(['0.2500', '–', '12.3', '1,234', '75,290', 'a note'])
    const ofGroup = ['best', 'epochs', 'speed', 'time'] as const
    expect(ofGroup.map((id) => textOf(id, group))).toEqual(['–', 'n 1', '1,000', '–'])
  })

  it('marks the times of runs that trained next to another training, and of groups that contain one', () => {
    const marked = columns.flatMap(({ id }) => (textOf(id, { ...run, timing: 'shared' })?.endsWith('*') ? [id] : []))
    expect(marked).toEqual(['stepMs', 'speed', 'time'])
    expect(textOf('stepMs', { ...group, timing: 'shared' })).toBe('128.0*')
    expect([noteOf('time', run), noteOf('best', { ...run, timing: 'shared' })]).toEqual([undefined, undefined])
    expect(noteOf('time', { ...run, timing: 'shared' })).toMatch(/Another training ran on the machine/)
  })

  it('leaves drawn and live cells to components', () => {
    expect(textOf('time', run)).toBe('1 h 00 min')
    expect(textOf('time', { ...run, state: 'running' })).toBeNull()
    for (const id of ['config', 'state', 'accuracy', 'curve', 'tags'] as const)
      expect([textOf(id, run), textOf(id, group)]).toEqual([null, null])
    for (const { id } of columns) expect(['string', 'object']).toContain(typeof textOf(id, run))
  })
})
