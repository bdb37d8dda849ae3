import { describe, expect, it } from 'vitest'
import { recipe, type ExperimentConfig, type RunRow } from '../../../../src-main/contract'
import { runWith } from '../../../../src-main/analysis/testing'
import { differences, unusual } from '../differences'
import { runsCsv, runsJson } from './exporting'

const row = (changes: Partial<RunRow> = {}): RunRow => ({
  ...runWith({}),
  kind: 'run',
  accuracy: 0.9,
  rowTrainLoss: 0.2,
  rowTestLoss: 0.3,
  stepMs: 12.5,
  tags: [],
  note: '',
  archivedAt: null,
  trashedAt: null,
  ...changes,
})

describe('exported files', () => {
  it('quote values that need it, leave missing ones empty, and contain no spreadsheet formula', () => {
    const [head = '', first = ''] = runsCsv([
      row({ note: 'a "b", c', studyName: '=1+1', testAccuracy: null, tags: ['x', 'y'] }),
    ]).split('\r\n')
    expect(head.split(',').length).toBeGreaterThan(20)
    expect(first).toContain('"a ""b"", c"')
    expect(first).toContain("'=1+1")
    expect(first).toContain(',,')
    expect(first).toContain('x y')
  })

  it('contain as JSON what the history has, not what the table shows', () => {
    expect(JSON.parse(runsJson([row()]))).toEqual([
      { ...runWith({}), bestPickedOn: 'test', stepMs: 12.5, tags: [], note: '', archivedAt: null, trashedAt: null },
    ])
  })
})

describe('config differences', () => {
  const config: ExperimentConfig = { ...recipe, arch: 'resnet-20', variant: 'baseline', seed: 1 }

  it('are the values that are not equal for all', () => {
    expect(differences([config, { ...config, variant: 'mcnn-f', seed: 2 }, config])).toEqual({
      labels: ['variant', 'seed'],
      values: [
        ['baseline', '1'],
        ['mcnn-f', '2'],
        ['baseline', '1'],
      ],
    })
    expect(differences([config, config]).labels).toEqual([])
    expect(differences([]).labels).toEqual([])
  })

  it('from the recipe are described briefly', () => {
    expect(unusual(recipe)).toEqual([])
    expect(unusual({ ...recipe, learningRate: 0.05, augment: false })).toEqual(['lr 0.05', 'not augmented'])
  })
})
