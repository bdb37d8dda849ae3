import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { archs, quickStart, variants, type ExperimentConfig } from '../contract/experiment'
import type { Found } from '../contract/runs/search'
import { History } from './history'
import { statementPlans } from './testSupport'

let folder: string
let history: History

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcnn-search-'))
  history = new History(path.join(folder, 'history.sqlite'))
})

afterEach(() => {
  history.close()
  rmSync(folder, { recursive: true, force: true })
})

function addRuns(studyId: string, name: string, count: number): void {
  history.transaction(() => {
    history.studies.insert({ id: studyId, name, createdAt: '2026-01-01T00:00:00Z', plan: null })
    for (let i = 0; i < count; i++) {
      const arch = archs[i % archs.length] ?? 'resnet-8'
      const variant = variants[Math.floor(i / archs.length) % variants.length] ?? 'baseline'
      const config: ExperimentConfig = {
        arch,
        variant,
        seed: Math.floor(i / (archs.length * variants.length)),
        ...quickStart.training,
      }
      const sizes = {
        epochs: config.epochs,
        trainExamples: 4000,
        testExamples: 1000,
        trainableParameters: 1,
        trainableFilters: 1,
      }
      history.runs.insert(
        {
          id: `${studyId}-${i}`,
          studyId,
          configId: history.configs.put(config),
          arch,
          variant,
          dataset: config.dataset,
          seed: config.seed,
          ...sizes,
          createdAt: '2026-01-01T00:00:00Z',
        },
        { pid: 1, start: 'x' },
      )
    }
  })
}

const runsOf = (all: Found[]): Extract<Found, { kind: 'run' }>[] => all.filter((one) => one.kind === 'run')

describe('search', () => {
  beforeEach(() => {
    addRuns('table-1', 'Table I reproduced', 350)
    addRuns('deep', 'How “deep”? 100 %', 40)
  })

  it('returns the best studies and runs that contain every word, complete words first', () => {
    const all = history.search.find('R32 mcnn-f S1', 50)
    // The same by hand: 's10' contains 's1' too, and comes later.
    const expected = history.runs
      .list()
      .filter((run) => run.arch === 'resnet-32' && run.variant.includes('mcnn-f') && String(run.seed).startsWith('1'))
    expect(
      runsOf(all)
        .map((run) => run.id)
        .sort(),
    ).toEqual(expected.map((run) => run.id).sort())
    expect(runsOf(all)[0]).toMatchObject({ arch: 'resnet-32', variant: 'mcnn-f', seed: 1 })
    expect(history.search.find('mcnn', 5)).toHaveLength(5)
    expect(history.search.find('table rep', 1)).toMatchObject([
      { kind: 'study', id: 'table-1', runs: 350, done: 0 },
      { kind: 'run' },
    ])
    expect(history.search.find('resnet-8 vanished', 50)).toEqual([])
  })

  it('returns started runs newest first, with their total number, however words are separated', () => {
    for (const { id } of history.runs.list().filter((_, i) => i % 2 === 0))
      history.runs.begin(id, '2026-01-02T00:00:00Z')
    const started = history.runs.list().filter((run) => run.startedAt !== null)
    const expected = started.filter(
      (run) => run.arch === 'resnet-32' && run.variant.includes('mcnn-f') && run.studyId === 'table-1',
    )
    const { found, total } = history.startedRuns.find('mcnn-f · R32, table', 2)
    expect(found).toEqual(expected.slice(0, 2))
    expect(total).toBe(expected.length)
    expect(history.startedRuns.find('', 500)).toEqual({ found: started, total: started.length })
    expect(history.startedRuns.find('nothing', 5)).toEqual({ found: [], total: 0 })
  })

  it('suggests a run with multi-band layers, compared with the baseline of its own study if there is one', () => {
    expect(history.startedRuns.suggested(null)).toBeNull()
    expect(history.startedRuns.lastEnvironment()).toBeNull()
    const ofBoth = (id: string): string[] => ['table-1', 'deep'].map((study) => `${study}-${id}`)
    // From each study: ResNet-8's baseline and mcnn-f of the first seed.
    const [f, b] = [archs.length, 0]
    for (const id of [...ofBoth(String(b)), ...ofBoth(String(f))]) history.runs.begin(id, '2026-01-02T00:00:00Z')
    expect(history.startedRuns.suggested(null)?.id).toBe(`deep-${f}`)
    expect(history.startedRuns.comparisonBaseline(`table-1-${f}`)?.id).toBe(`table-1-${b}`)
    expect(history.startedRuns.comparisonBaseline(`deep-${b}`)).toBeNull()
    const done = history.runs.get(`table-1-${f}`)
    if (done) history.runs.end(done.key, 'done', null)
    expect(history.startedRuns.suggested(null)?.id).toBe(`table-1-${f}`)
    expect(history.startedRuns.suggested('table-1-9')).toMatchObject({ id: 'table-1-9', startedAt: null })
    history.runMarks.trash(`table-1-${b}`, '2026-01-03T00:00:00Z')
    history.runMarks.trash(`table-1-${f}`, '2026-01-03T00:00:00Z')
    expect(history.startedRuns.suggested(`table-1-${f}`)).toBeNull()
    expect(history.startedRuns.suggested(null)?.id).toBe(`deep-${f}`)
    // Without the baseline of the same study, the one of another.
    history.runMarks.trash(`deep-${b}`, '2026-01-03T00:00:00Z')
    history.runMarks.trash(`table-1-${b}`, null)
    expect(history.startedRuns.comparisonBaseline(`deep-${f}`)?.id).toBe(`table-1-${b}`)
  })

  it('matches every character literally, and returns nothing for an empty text', () => {
    expect(history.search.find('“deep”? 100 %', 50)[0]).toMatchObject({ kind: 'study', id: 'deep' })
    for (const text of ['', '   ', '_____', "' OR 1=1 --"]) expect(history.search.find(text, 5)).toEqual([])
  })

  it('omits what is in the trash until it is restored', () => {
    const [run] = runsOf(history.search.find('table-1 r32 mcnn-f s4', 1))
    if (!run) throw new Error('no run')
    const ids = (): string[] => runsOf(history.search.find('table-1 r32 mcnn-f s4', 50)).map((one) => one.id)
    history.runMarks.trash(run.id, '2026-01-02T00:00:00Z')
    expect(ids()).not.toContain(run.id)
    expect(history.search.find('reproduced', 1)[0]).toMatchObject({ kind: 'study', runs: 349 })
    history.runMarks.trash(run.id, null)
    expect(ids()).toContain(run.id)
  })

  it('reads each run once and none of its epochs', () => {
    const words = statementPlans(path.join(folder, 'history.sqlite')).filter(({ sql }) =>
      sql.includes('json_each(@words)'),
    )
    expect(words.length).toBeGreaterThanOrEqual(3)
    for (const { sql, steps } of words) {
      const scans = steps.filter((step) => /^SCAN (runs|studies)\b/.test(step))
      expect({ sql, scans }).toEqual({ sql, scans: [sql.includes("'study' AS kind") ? 'SCAN studies' : 'SCAN runs'] })
      // Other tables are read by key; epochs, steps and events are not read, except an index of a few events.
      const isOther = (step: string): boolean => /^(SCAN|SEARCH) (?!runs|studies|json_each|\()/.test(step)
      const timing = /^SEARCH events USING COVERING INDEX events_of_shared_machines /
      expect(steps.filter((step) => isOther(step) && !timing.test(step))).toEqual([])
    }
  })
})
