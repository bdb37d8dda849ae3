import { describe, expect, it } from 'vitest'
import { parseQuery } from '../../../src-main/analysis/query/runQuery'
import { runWith } from '../../../src-main/analysis/testing'
import { closest, queriesFor } from './closeness'

const at = { startedAt: '2026-05-09T10:00:00.000Z' }
const run = runWith({ ...at, id: 'own', variant: 'mcnn-f', arch: 'resnet-32', seed: 3 })

describe('comparison runs', () => {
  it('are offered with the baseline of the same network and seed first', () => {
    const others = [
      run,
      runWith({ ...at, id: 'net', variant: 'mcnn-f', arch: 'resnet-32', seed: 4 }),
      runWith({ ...at, id: 'seed', variant: 'baseline', arch: 'resnet-20', seed: 3 }),
      runWith({ ...at, id: 'best', variant: 'baseline', arch: 'resnet-32', seed: 3 }),
      runWith({ ...at, id: 'good', variant: 'mcnn-l', arch: 'resnet-32', seed: 3 }),
      runWith({ ...at, id: 'other', variant: 'baseline', arch: 'resnet-32', seed: 3, studyId: 'elsewhere' }),
      runWith({ id: 'waits', variant: 'baseline', arch: 'resnet-32', seed: 3 }),
    ]
    expect(closest(run, others).map((one) => one.id)).toEqual(['best', 'good', 'net', 'seed'])
  })

  it('are requested in the query language of lists', () => {
    const [seeds, network] = queriesFor({ ...run, studyId: 'table-i' }).map((query) => parseQuery(query))
    expect(seeds).toMatchObject([
      { kind: 'words', field: 'study', values: ['table-i'], exact: true },
      { kind: 'numbers', field: 'seed', alternatives: [{ low: 2.5, high: 3.5 }] },
    ])
    expect(network).toMatchObject([
      { field: 'study', exact: true },
      { field: 'dataset', values: ['synthetic'] },
      { field: 'arch', values: ['resnet-32'] },
      { field: 'variant', values: ['baseline', 'mcnn-f'] },
    ])
    expect(queriesFor({ ...run, variant: 'baseline' })[1]).toMatch(/variant:baseline$/)
  })
})
