/** Checks that each column in `contract/runs/columns.ts` sorts, groups and filters. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fieldNames, fields, type Field } from '../../analysis/query/runQueryFields'
import { quickStart, type Arch, type ExperimentConfig } from '../../contract/experiment'
import { sortColumns } from '../../contract/runs/columns'
import { sharedMachineKind } from '../../contract/runs/timing'
import { statistics } from '../../contract/runs/rows'
import { History } from '../history'
import type { RunListQuery } from './runLists'

const folder = mkdtempSync(path.join(tmpdir(), 'mcnn-columns-'))
let history: History

/** One study per run, so that every column has two values. The second run has measured nothing. */
function addRun(id: string, arch: Arch, variant: string, seed: number, epochs: number): number {
  const config: ExperimentConfig = { ...quickStart.training, arch, variant, seed, epochs: 5 }
  history.studies.insert({ id: `study-${id}`, name: `Study ${id}`, createdAt: '2026-01-01T00:00:00Z', plan: null })
  history.runs.insert(
    {
      id,
      studyId: `study-${id}`,
      configId: history.configs.put(config),
      arch,
      variant,
      dataset: config.dataset,
      seed,
      epochs: 5,
      trainExamples: 4000,
      testExamples: 1000,
      trainableParameters: 1000 * seed,
      trainableFilters: 10 * seed,
      createdAt: `2026-01-0${seed}T00:00:00.000Z`,
    },
    { pid: 1, start: 'x' },
  )
  const key = history.runs.get(id)?.key ?? 0
  for (let epoch = 1; epoch <= epochs; epoch++)
    history.metrics.addEpoch(key, {
      epoch,
      trainLoss: 0.5,
      trainAccuracy: 0.8,
      testLoss: 0.25,
      testAccuracy: 0.9,
      learningRate: 0.1,
      imagesPerSecond: 640,
      seconds: 60,
      waitSeconds: null,
      cpuSeconds: null,
      memoryBytes: null,
    })
  return key
}

beforeAll(() => {
  history = new History(path.join(folder, 'history.sqlite'))
  history.runs.end(addRun('measured', 'resnet-20', 'mcnn-f', 2, 5), 'done', null)
  addRun('waiting', 'resnet-8', 'baseline', 1, 0)
  history.runMarks.tag('measured', 'paper')
  history.runMarks.note('measured', 'a note')
})

afterAll(() => {
  history.close()
  rmSync(folder, { recursive: true, force: true })
})

const asked = (more: Partial<RunListQuery>): RunListQuery => ({
  query: '',
  sort: [],
  statistic: 'last',
  group: 'none',
  open: [],
  ...more,
})
const idsOf = (query: string): string[] => history.runLists.ids(asked({ query }), 0, 10)

describe.each(sortColumns)('sorting by %s', (column) => {
  it.each(statistics)('puts missing values last in both directions, for %s', (statistic) => {
    for (const descending of [false, true]) {
      const runs = history.runLists.ids(asked({ sort: [{ column, descending }], statistic }), 0, 10)
      expect([...runs].sort()).toEqual(['measured', 'waiting'])
      if (['accuracy', 'best', 'trainLoss', 'testLoss', 'stepMs', 'speed', 'time'].includes(column))
        expect(runs).toEqual(['measured', 'waiting'])
    }
  })

  it('orders groups as it orders their runs', () => {
    for (const descending of [false, true]) {
      const sort = [{ column, descending }]
      const groups = history.runLists.part(asked({ sort, group: 'config' }), 0, 10).part
      const runs = history.runLists.part(asked({ sort }), 0, 10).part
      expect(groups.map((row) => row.configId)).toEqual(runs.map((row) => row.configId))
    }
  })
})

/** For each field, a query that matches the finished run only. */
const finished: Record<Field, string> = {
  id: 'id:measured',
  study: 'study="Study measured"',
  dataset: 'dataset:synthetic state:done',
  arch: 'arch:resnet-20',
  depth: 'depth>8',
  variant: 'variant:mcnn-f',
  seed: 'seed:2',
  state: 'state:done',
  acc: 'acc>89',
  best: 'best:0.9',
  picked: 'picked:test',
  loss: 'loss:0.5',
  testloss: 'testloss<0.3',
  done: 'done:5',
  epochs: 'epochs:5 done>0',
  params: 'params>=2000',
  filters: 'filters:20',
  ms: 'ms<150',
  speed: 'speed:640',
  time: 'time:5min',
  timing: 'timing:alone',
  created: 'created>=2026-01-02 seed:2',
  tag: 'tag:paper',
  note: 'note:note',
  config: '',
  is: '-is:archived seed:2',
}

describe('filtering', () => {
  it.each(fieldNames)('by %s finds the matching run', (field) => {
    const query = finished[field] || `config=${history.runs.get('measured')?.summary.configId ?? ''}`
    expect(query).toContain(field)
    expect(idsOf(query)).toEqual(['measured'])
  })

  it.each(fieldNames.filter((field) => fields[field].kind === 'choice' && field !== 'is'))(
    'takes every choice of %s',
    (field) => {
      const found = fields[field].values.flatMap((value) => idsOf(`${field}:${value}`))
      expect(new Set(found).size).toBe(found.length)
      expect(found).toContain('measured')
    },
  )
})

describe('timing', () => {
  it('is shared for a run whose events say so, and for its group', () => {
    const key = addRun('shared', 'resnet-20', 'mcnn-f', 3, 1)
    const timings = (): (string | null)[] => history.runs.list().map((run) => run.timing)
    expect(timings()).toEqual(['alone', null, 'alone'])
    history.events.add(key, 'warning', sharedMachineKind, 'Another training ran.')
    expect(timings()).toEqual(['shared', null, 'alone'])
    expect(idsOf('timing:shared')).toEqual(['shared'])
    expect(idsOf('timing:alone')).toEqual(['measured'])
    const groups = history.runLists.part(asked({ group: 'config' }), 0, 10).part
    expect(groups.map((row) => row.timing).sort()).toEqual([null, 'shared'].sort())
  })
})
